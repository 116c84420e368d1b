import { setTimeout as pause } from 'node:timers/promises';
import { endOffsets, throttleRepeats } from '@callstream/runtime';
import type { Kafka, Log } from '@callstream/runtime';
import { liveSchema, projectionId, readBlockingTransactions, trySwap } from '@callstream/tables';
import type { BlockingTransaction, Position, TrySwapOptions, Tables } from '@callstream/tables';
import { retryTransient } from '../../supervision/retry-transient.ts';
import type { Follower } from './follower.ts';

/** Largest lag at which a swap is tried, in records: some tens of milliseconds of writing. */
const lagRecordsMax = 500;
/** Longest that writers wait for the tables to catch up, in ms. */
const catchUpMs = 300;
const retryEveryMs = 200;

export interface SwapOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  /** The live tables. */
  readonly live: Tables;
  readonly incoming: TrySwapOptions['incoming'];
  /** Keeps the incoming tables up to date with the log; null if only projectors of another version can. */
  readonly follower: Follower | null;
  /** Partitions whose live position is beyond the end of the log: the incoming tables cannot reach it. */
  readonly lost: ReadonlySet<number>;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly printStatus: (line: string) => void;
}

/**
 * Swaps the incoming tables with the live ones, once they have caught up and no transaction holds the positions for long. Retries
 * without a limit; each attempt delays others by half a second at most.
 * @returns how long writers waited, in ms; null if the answer to the commit of the swap was lost
 */
export async function swap(options: SwapOptions): Promise<number | null> {
  const { live, incoming, follower, signal, log } = options;
  const printReason = throttleRepeats(options.printStatus);
  const id = await projectionId(live, incoming);
  const attempt = async (): Promise<{ heldMs: number | null } | { reason: string }> => {
    // An earlier attempt was committed, and its answer was lost.
    if ((await projectionId(live, liveSchema)) === id) return { heldMs: null };
    // A failed attempt may have left it paused.
    follower?.resume();
    return trySwapUnlessBlocked(options);
  };
  for (; ; await pause(retryEveryMs, undefined, { signal })) {
    const result = await retryTransient(attempt, { signal, onRetry: () => undefined, log });
    if ('heldMs' in result) return result.heldMs;
    follower?.resume();
    printReason(result.reason);
  }
}

/** Tries only when others would not wait long for it. */
async function trySwapUnlessBlocked(options: SwapOptions): Promise<{ heldMs: number } | { reason: string }> {
  const { kafka, topic, live, incoming, follower, lost, signal } = options;
  const lag = follower?.lag(await endOffsets(kafka, topic)) ?? 0;
  if (lag > lagRecordsMax)
    return { reason: `The swap waits until the new tables have caught up with the log: ${lag} records to go.` };
  const blocking = await findBlockingTransaction(live, signal);
  if (blocking)
    return {
      reason:
        `The swap waits for a transaction that has read the positions and is still open: ${blocking.who} (backend ${blocking.pid}). ` +
        `Nobody else waits. End that transaction, or "select pg_terminate_backend(${blocking.pid})".`,
    };
  const catchUp = async (positions: readonly Position[]): Promise<boolean> => {
    const reachable = positions.filter(({ partition }) => !lost.has(partition));
    return follower === null || follower.catchUp(reachable, catchUpMs);
  };
  const swapped = await trySwap(live, { incoming, catchUp });
  if (swapped.kind === 'swapped') return { heldMs: swapped.heldMs };
  return {
    reason:
      swapped.kind === 'blocked'
        ? 'The swap did not get its lock of the positions at once, and retries.'
        : `The new tables did not catch up within ${catchUpMs} ms, and the swap retries.`,
  };
}

/** A transaction that holds the positions at two polls. A swap that waits for it would block everybody else. */
async function findBlockingTransaction(live: Tables, signal: AbortSignal): Promise<BlockingTransaction | undefined> {
  const before = new Set((await readBlockingTransactions(live)).map(({ transaction }) => transaction));
  if (before.size === 0) return undefined;
  await pause(retryEveryMs, undefined, { signal });
  return (await readBlockingTransactions(live)).find(({ transaction }) => before.has(transaction));
}

/** What a person has to know when the command is stopped during a swap. */
export const mayHaveSwapped =
  'If the swap was not committed, the live tables are unchanged. The same command continues; `npm run projector -- status` shows which tables are live.';

/** How long writers waited, as text. */
export const waitText = (heldMs: number | null): string =>
  heldMs === null ? 'the connection broke meanwhile' : `writers waited ${Math.ceil(heldMs)} ms`;
