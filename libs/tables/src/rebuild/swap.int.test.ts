import { createHash } from 'node:crypto';
import { jest } from '@jest/globals';
import { testDatabase, until } from '@callstream/stack';
import type { CallEvent } from '@callstream/domain';
import { decode } from '@callstream/domain';
import { batchOf, expectedRows, readRows } from '../../testing/index.ts';
import {
  connectTables,
  ensurePositions,
  listCallEvents,
  listCalls,
  migrate,
  nextSchema,
  previousSchema,
  PositionMoved,
  project,
  readBlockingTransactions,
  readPositions,
  trySwap,
  listenForCommits,
} from '../index.ts';
import { completeProjection } from './complete.ts';
import { createBareProjection, discardedSchema, dropProjection } from '../projection/schemas.ts';
import type { ProjectionSchema, Tables } from '../index.ts';

// A busy machine is no failure: what hangs is noticed all the same.
jest.setTimeout(60_000);

const version = 1;
const topic = 'call-events';
const logId = '11111111-1111-8111-8111-111111111111';
const writers = 4;
const batchEvents = 5;
const swaps = 6;
const stack = new AsyncDisposableStack();
let url: string;

beforeAll(async () => {
  const database = stack.use(await testDatabase());
  url = database.url;
  await migrate(url);
});
afterAll(() => stack.disposeAsync());

const tablesOf = (schema: ProjectionSchema): Tables =>
  stack.adopt(connectTables({ url, schema, max: 6 }), (db) => db.end());

/** The log of a partition: three calls after each other, over and over, without end. */
const eventsAt = (partition: number, from: number, to: number): CallEvent[] =>
  Array.from({ length: to - from }, (_, i) => eventAt(partition, from + i));

function eventAt(partition: number, offset: number): CallEvent {
  const type = ['call.new', 'call.waiting', 'call.finished'][offset % 3];
  const receivedAt = Date.UTC(2026, 2, 2) + offset * 1000;
  const call_id = `${partition}.${Math.floor(offset / 3)}`;
  const value = Buffer.from(
    JSON.stringify({ type, call_id, queue: '900', timestamp: new Date(receivedAt).toISOString() }),
  );
  const hex = createHash('sha256').update(value).digest('hex');
  const uuid = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  const decoded = decode({ value, partition, offset, receivedAt, uuidOf: () => uuid });
  if ('problem' in decoded) throw new Error(decoded.problem);
  return decoded.event;
}

async function write(db: Tables, partition: number, expected: number, next = expected + batchEvents): Promise<void> {
  const events = eventsAt(partition, expected, next);
  const client = await db.connect();
  try {
    await project(client, {
      moves: [{ partition, expected, next, version, last: { uuid: logId, timestamp: 0 } }],
      batch: batchOf(events),
    });
  } finally {
    client.release();
  }
}

/** Position of one partition. */
const nextOffset = async (db: Tables, partition: number): Promise<number> =>
  (await readPositions(db)).find((position) => position.partition === partition)?.nextOffset ?? 0;

/** Writes batch after batch, going where the tables are when somebody else moved them, as the projector does. */
async function keepWriting(db: Tables, partition: number, signal: AbortSignal, waited: number[]): Promise<number> {
  let at = await nextOffset(db, partition);
  while (!signal.aborted) {
    const began = performance.now();
    try {
      await write(db, partition, at);
      at += batchEvents;
    } catch (error) {
      if (!(error instanceof PositionMoved)) throw error;
      at = await nextOffset(db, partition);
    }
    waited.push(performance.now() - began);
  }
  return at;
}

interface CallCounts {
  readonly calls: number;
  readonly finished: number;
}
const none: CallCounts = { calls: 0, finished: 0 };

/** Lists calls and the events of one, with prepared statements, and sees that there are never less of them. */
async function keepReading(db: Tables, signal: AbortSignal, waited: number[]): Promise<void> {
  let seen = none;
  while (!signal.aborted) {
    const began = performance.now();
    const { rows: list } = await listCalls(db, {});
    const { rows: events } = await listCallEvents(db, { topic, callId: '0.0' });
    waited.push(performance.now() - began);
    const { rows } = await db.query<CallCounts>({
      name: 'counts',
      text: 'select count(*) as calls, count(finished_at) as finished from calls',
    });
    const now = rows[0] ?? none;
    if (now.calls < seen.calls || now.finished < seen.finished || list.length === 0 || events.length !== 3)
      throw new Error(
        `A reader saw ${JSON.stringify(now)} after ${JSON.stringify(seen)}, and ${events.length} events.`,
      );
    seen = now;
  }
}

async function makeNext(): Promise<Tables> {
  const next = tablesOf(nextSchema);
  await dropProjection(next, discardedSchema);
  await dropProjection(next, nextSchema);
  await createBareProjection(next, nextSchema);
  await completeProjection(next, nextSchema, { mayRepeat: false });
  await ensurePositions(next, { topic, partitions: writers, version, logId });
  return next;
}

/** Brings every partition of `db` to the positions, a batch each. */
async function bringTo(db: Tables, live: readonly { partition: number; nextOffset: number }[]): Promise<void> {
  await Promise.all(
    live.map(async ({ partition, nextOffset: end }) => {
      const at = await nextOffset(db, partition);
      if (at < end) await write(db, partition, at, end);
    }),
  );
}

describe('a swap', () => {
  it('under four writers and two readers with prepared statements loses and repeats nothing, and holds no reader up', async () => {
    const live = tablesOf('projection');
    await ensurePositions(live, { topic, partitions: writers, version, logId });
    for (let partition = 0; partition < writers; partition++) await write(live, partition, 0);
    const stop = new AbortController();
    const waits = { writers: [] as number[], readers: [] as number[] };
    const all = Promise.all([
      ...Array.from({ length: writers }, (_, partition) => keepWriting(live, partition, stop.signal, waits.writers)),
      keepReading(live, stop.signal, waits.readers),
      keepReading(live, stop.signal, waits.readers),
    ]);
    const held: number[] = [];
    try {
      while (held.length < swaps) {
        const next = await makeNext();
        // Twice: what was written during the first is little.
        for (let times = 0; times < 2; times++) await bringTo(next, await readPositions(live));
        const catchUp = async (positions: readonly { partition: number; nextOffset: number }[]): Promise<boolean> => {
          await bringTo(next, positions);
          return true;
        };
        const swapped = await Promise.race([
          trySwap(live, { incoming: nextSchema, catchUp }),
          all.then(() => Promise.reject(new Error('A writer or reader ended.'))),
        ]);
        if (swapped.kind === 'swapped') held.push(swapped.heldMs);
      }
      const afterSwaps = waits.writers.length + 2 * writers;
      await until(() => waits.writers.length > afterSwaps, {
        timeoutMs: 30_000,
        onTimeout: () => new Error('The writers do not go on after the last swap.'),
      });
    } finally {
      stop.abort();
    }
    const ends = (await all).slice(0, writers) as number[];
    expect(await readRows(live)).toEqual(expectedRows(ends.flatMap((end, partition) => eventsAt(partition, 0, end))));
    // A machine that is busy with other things slows everybody down: far above what a swap takes, far below a hang.
    expect(Math.max(...waits.writers, ...waits.readers)).toBeLessThan(5_000);
  }, 120_000);

  it('is rolled back whole when the new tables cannot catch up', async () => {
    const live = tablesOf('projection');
    await makeNext();
    const before = await readPositions(live);
    expect(await trySwap(live, { incoming: nextSchema, catchUp: () => Promise.resolve(false) })).toEqual({
      kind: 'behind',
    });
    expect(await readPositions(live)).toEqual(before);
  });

  it('gives up in a moment when somebody has the positions open, and says who', async () => {
    const live = tablesOf('projection');
    await makeNext();
    const reader = await live.connect();
    await reader.query('begin; select * from positions');
    expect(await readBlockingTransactions(live)).toHaveLength(1);
    expect(await trySwap(live, { incoming: nextSchema, catchUp: () => Promise.resolve(true) })).toEqual({
      kind: 'held',
    });
    await reader.query('commit');
    reader.release();
    expect(await readBlockingTransactions(live)).toEqual([]);
  });

  it('does not hold up a reader of other tables, not even while it has the positions for itself', async () => {
    const live = tablesOf('projection');
    await makeNext();
    const swapped = await trySwap(live, {
      incoming: nextSchema,
      catchUp: async () => {
        expect((await listCalls(live, {})).rows.length).toBeGreaterThan(0);
        expect((await listCallEvents(live, { topic, callId: '0.0' })).rows.length).toBeGreaterThan(0);
        return true;
      },
    });
    expect(swapped.kind).toBe('swapped');
  });

  it('is a change of the projection to whoever watches it, also back', async () => {
    const live = tablesOf('projection');
    let changes = 0;
    await using watch = listenForCommits({ url, onChange: () => changes++, pollMs: 60_000 });
    await until(() => watch.isWatching(), { timeoutMs: 10_000, onTimeout: () => new Error('not watching') });
    const seen = changes;
    await dropProjection(live, discardedSchema);
    await trySwap(live, { incoming: previousSchema, catchUp: () => Promise.resolve(true) });
    await until(() => changes > seen, { timeoutMs: 10_000, onTimeout: () => new Error('The swap is not noticed.') });
  });
});
