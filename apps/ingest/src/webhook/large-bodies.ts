import { once } from 'node:events';
import type { EventEmitter } from 'node:events';
import { setImmediate, setTimeout } from 'node:timers/promises';

/** From this length on, in bytes, a body takes long enough to parse and to store (about 30 ms a MB) that others must not wait for several. */
const largeBytes = 64 * 1024;
/** Large bodies that are parsed and stored at the same time, in bytes; or a single one. Small events share its batches to Kafka. */
const runningBytesMax = 256 * 1024;
/** Longest turn of one, in ms: while Kafka does not answer, they must not all wait for the first. */
const turnMsMax = 1_000;
/**
 * After the turn of a large event, none begins for so many times as long: ingest, Kafka, the projector and the gateway have most of the
 * time for small ones, also where they share two cores.
 */
const restPerTurn = 2;
/** Longest such rest, in ms: while Kafka does not answer, turns are long without taking the time of others. */
const restMsMax = 200;

interface LargeBody {
  readonly body: Buffer;
  /** Its turn ends when this is closed. */
  readonly response: EventEmitter;
  /** Small events, such as an import sends thousands of a second: its turn is followed by no rest. */
  readonly isBatch: boolean;
}

/** Waits until a body may be parsed: at once, but large ones in the order of their arrival, with the work of other requests between. */
type AwaitTurn = (received: LargeBody) => Promise<void> | undefined;

export function createTurnsOfLargeBodies(): AwaitTurn {
  const waiting: { readonly bytes: number; readonly begin: () => void }[] = [];
  let runningBytes = 0;

  const beginNext = (): void => {
    const [next] = waiting;
    if (!next || (runningBytes > 0 && runningBytes + next.bytes > runningBytesMax)) return;
    waiting.shift();
    runningBytes += next.bytes;
    next.begin();
    beginNext();
  };
  const takeTurn = async ({ body: { length: bytes }, response, isBatch }: LargeBody): Promise<void> => {
    const ending = new AbortController();
    // From now on: the client may disconnect while it waits.
    const closed = once(response, 'close', ending).catch(() => undefined);
    await new Promise<void>((begin) => {
      waiting.push({ bytes, begin });
      beginNext();
    });
    const beganAt = performance.now();
    const timedOut = setTimeout(turnMsMax, undefined, ending).catch(() => undefined);
    void Promise.race([closed, timedOut]).then(async () => {
      ending.abort();
      if (!isBatch) await setTimeout(Math.min((performance.now() - beganAt) * restPerTurn, restMsMax));
      runningBytes -= bytes;
      beginNext();
    });
    await setImmediate();
  };
  return (received) => (received.body.length < largeBytes ? undefined : takeTurn(received));
}
