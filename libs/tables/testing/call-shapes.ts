import { createHash } from 'node:crypto';
import { decode, defaultOrigin, partitionsMax } from '@callstream/domain';
import type { CallEvent } from '@callstream/domain';

const queues = 20;
export const agents = 300;
const shapes = 600;

/** Beginning of each shape, ms since 1970. */
export const shapeBegin = Date.UTC(2000, 0, 1);
/** The caller of each shape. */
export const shapeNumber = '11900000000';

interface ShapeEvent {
  readonly afterMs: number;
  readonly fields: Readonly<Record<string, string>>;
}
type CallShape = readonly ShapeEvent[];

/** A linear congruential generator: the same shapes in each run. From 0 to 1, exclusive. */
function createRandom(): () => number {
  let state = 12_345;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}
const random = createRandom();
/** Exponentially distributed, as waits and talks are. In whole ms. */
const about = (meanMs: number): number => Math.round(-Math.log(1 - random()) * meanMs);

export const agentOf = (i: number): string => `agent${i % agents}@example.com`;
export const queueOf = (i: number): string => String(900 + (i % queues));

/** Calls of a call centre: most are answered, a tenth each is abandoned or outbound, a few overflow. */
export const callShapes: readonly CallShape[] = Array.from({ length: shapes }, (_, i) => shapeOf(i));

function shapeOf(i: number): CallShape {
  const queue = queueOf(i);
  const agent = { actor: agentOf(i), number: String(1_000 + (i % agents)), queue };
  const events: ShapeEvent[] = [];
  let at = 0;
  const add = (afterMs: number, type: string, fields: Readonly<Record<string, string>> = {}): void => {
    at += afterMs;
    events.push({ afterMs: at, fields: { type, ...fields } });
  };
  add(0, 'call.new');
  const kind = i % 10;
  if (kind === 0) {
    add(100, 'actor.entered', { actor: agent.actor, number: agent.number });
    add(about(15_000), 'call.ongoing');
  } else {
    add(150, 'call.standby');
    add(1_000 + about(5_000), 'call.waiting', { queue });
    if (kind === 1) add(about(30_000), 'call.queue-abandon', { queue });
    else {
      if (kind === 2) add(about(60_000), 'call.waiting', { queue: queueOf(i + 7) });
      add(about(20_000), 'actor.ringing', agent);
      if (i % 3 === 0) {
        add(15_000, 'actor.noanswer', agent);
        add(1_000, 'actor.ringing', agent);
      }
      add(2_000 + about(4_000), 'actor.entered', agent);
      add(20, 'call.ongoing');
    }
  }
  if (kind !== 1) add(about(180_000), 'actor.left', agent);
  add(40, 'call.finished');
  if (i % 2 === 0) add(3_000, 'call.recording-available', { url: `https://example.com/recordings/${i}.mp3` });
  const direction = kind === 0 ? 'outbound' : 'inbound';
  return events.map(({ afterMs, fields }) => ({ afterMs, fields: { ...fields, direction } }));
}

/** Of a call. */
export const shapeMeans = {
  events: callShapes.reduce((sum, events) => sum + events.length, 0) / shapes,
  ms: callShapes.reduce((sum, events) => sum + (events.at(-1)?.afterMs ?? 0), 0) / shapes,
};

interface EventsOfShapeOptions {
  /** Of the first event; the others follow. */
  readonly offset: number;
  /** uuids begin with it; two digits follow. */
  readonly uuid: string;
}

/** The events of the call of a shape, as ingest and the decoder make them of webhooks. */
export const eventsOfShape = (shape: number, { offset, uuid }: EventsOfShapeOptions): CallEvent[] =>
  (callShapes[shape] ?? []).map(({ afterMs, fields }, n) => {
    const at = shapeBegin + afterMs;
    const numbers = { our_number: '0800123000', their_number: shapeNumber };
    const body = { call_id: `shape.${shape}`, ...numbers, ...fields, timestamp: new Date(at).toISOString() };
    return decodeBody(JSON.stringify(body), { offset: offset + n, at, uuid: `${uuid}${String(n).padStart(2, '0')}` });
  });

/**
 * Partition of all events: one that no topic has. In one that the topic has, all calls would have changed since the end of its empty
 * log, and a gateway would read them all when it starts.
 */
export const shapePartition = partitionsMax - 1;

export function decodeBody(
  body: string,
  { offset, at, uuid }: { readonly offset: number; readonly at: number; readonly uuid?: string },
): CallEvent {
  const hash = (): string =>
    createHash('md5')
      .update(body)
      .digest('hex')
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  const origin = { ...defaultOrigin, value: Buffer.from(body), partition: shapePartition, offset, receivedAt: at };
  const decoded = decode({ ...origin, uuidOf: () => uuid ?? hash() });
  if ('problem' in decoded) throw new Error(decoded.problem);
  return decoded.event;
}
