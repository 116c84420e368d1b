import { createHash } from 'node:crypto';
import { testDatabase, until } from '@callstream/stack';
import type { CallEvent } from '@callstream/domain';
import { decode, defaultOrigin } from '@callstream/domain';
import { batchOf, expectedRows, migrated, readRows } from '../../testing/index.ts';
import {
  completeProjection,
  connectTables,
  createBareProjection,
  discardedSchema,
  dropProjection,
  ensurePositions,
  liveSchema,
  listCallEvents,
  listCalls,
  nextSchema,
  previousSchema,
  positionMove,
  PositionMoved,
  project,
  readBlockingTransactions,
  isStatementTimeout,
  readOneProjection,
  readPositions,
  trySwap,
  withConnection,
  listenForCommits,
} from '../index.ts';
import type { ProjectionSchema, Queryable, Tables } from '../index.ts';
import { poolOf, sqlOf } from '../connection/tables.ts';

// Long, so that a busy machine is no failure; a hang still is.
const version = 1;
const topic = 'call-events';
const logId = '11111111-1111-8111-8111-111111111111';
const writers = 4;
const batchEvents = 5;
const swaps = 6;
const stack = new AsyncDisposableStack();
let url: string;

beforeAll(async () => {
  ({ url } = stack.use(await testDatabase({ content: migrated })));
});
afterAll(() => stack.disposeAsync());

const tablesOf = (schema: ProjectionSchema): Tables =>
  stack.adopt(connectTables({ url, schema, max: 6 }), (db) => db.end());

/** An endless log of one partition: calls of three events each, one after the other. */
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
  const decoded = decode({ ...defaultOrigin, value, partition, offset, receivedAt, uuidOf: () => uuid });
  if ('problem' in decoded) throw new Error(decoded.problem);
  return decoded.event;
}

async function write(db: Tables, partition: number, expected: number, next = expected + batchEvents): Promise<void> {
  const events = eventsAt(partition, expected, next);
  const moves = [positionMove({ partition, expected, next, version, last: { uuid: logId, timestamp: 0 } })];
  await withConnection(db, (connection) => project(connection, { moves, batch: batchOf(events) }));
}

/** Position of one partition. */
const nextOffset = async (db: Tables, partition: number): Promise<number> =>
  (await readPositions(db)).find((position) => position.partition === partition)?.nextOffset ?? 0;

/** Writes batch after batch; if the position has moved, continues from there, as the projector does. */
async function keepWriting(db: Tables, partition: number, signal: AbortSignal, durations: number[]): Promise<number> {
  let position = await nextOffset(db, partition);
  while (!signal.aborted) {
    const began = performance.now();
    try {
      await write(db, partition, position);
      position += batchEvents;
    } catch (error) {
      if (!(error instanceof PositionMoved)) throw error;
      position = await nextOffset(db, partition);
    }
    durations.push(performance.now() - began);
  }
  return position;
}

interface CallCounts {
  readonly calls: number;
  readonly finished: number;
}
const none: CallCounts = { calls: 0, finished: 0 };

/** Lists calls and the events of one, with prepared statements. @throws {Error} if rows disappear */
async function keepReading(db: Tables, signal: AbortSignal, durations: number[]): Promise<void> {
  let previous = none;
  while (!signal.aborted) {
    const began = performance.now();
    const { rows: list } = await listCalls(db, {});
    const { rows: events } = await listCallEvents(db, { topic, callId: '0.0' });
    durations.push(performance.now() - began);
    const { rows } = await poolOf(db).query<CallCounts>({
      name: 'counts',
      text: 'select count(*) as calls, count(finished_at) as finished from calls',
    });
    const counts = rows[0] ?? none;
    if (
      counts.calls < previous.calls ||
      counts.finished < previous.finished ||
      list.length === 0 ||
      events.length !== 3
    )
      throw new Error(
        `A reader saw ${JSON.stringify(counts)} after ${JSON.stringify(previous)}, and ${events.length} events.`,
      );
    previous = counts;
  }
}

async function createNext(): Promise<Tables> {
  const next = tablesOf(nextSchema);
  await dropProjection(next, discardedSchema);
  await dropProjection(next, nextSchema);
  await createBareProjection(next, nextSchema);
  await completeProjection(next, nextSchema, { mayHaveDuplicates: false });
  await ensurePositions(next, { topic, partitions: writers, version, logId });
  return next;
}

/** Moves every partition of `db` to these positions, in one batch each. */
async function catchUpTo(db: Tables, live: readonly { partition: number; nextOffset: number }[]): Promise<void> {
  await Promise.all(
    live.map(async ({ partition, nextOffset: end }) => {
      const position = await nextOffset(db, partition);
      if (position < end) await write(db, partition, position, end);
    }),
  );
}

describe('a swap', () => {
  it('under four writers and two readers with prepared statements loses and duplicates nothing, and blocks no reader', async () => {
    const live = tablesOf('projection');
    await ensurePositions(live, { topic, partitions: writers, version, logId });
    for (let partition = 0; partition < writers; partition++) await write(live, partition, 0);
    const stop = new AbortController();
    const durations = { writers: [] as number[], readers: [] as number[] };
    const all = Promise.all([
      ...Array.from({ length: writers }, (_, partition) =>
        keepWriting(live, partition, stop.signal, durations.writers),
      ),
      keepReading(live, stop.signal, durations.readers),
      keepReading(live, stop.signal, durations.readers),
    ]);
    const blockedMs: number[] = [];
    try {
      while (blockedMs.length < swaps) {
        const next = await createNext();
        // Twice: few records are written during the first round.
        for (let times = 0; times < 2; times++) await catchUpTo(next, await readPositions(live));
        const catchUp = async (positions: readonly { partition: number; nextOffset: number }[]): Promise<boolean> => {
          await catchUpTo(next, positions);
          return true;
        };
        const swapped = await Promise.race([
          trySwap(live, { incoming: nextSchema, catchUp }),
          all.then(() => Promise.reject(new Error('A writer or reader ended.'))),
        ]);
        if (swapped.kind === 'swapped') blockedMs.push(swapped.heldMs);
      }
      const afterSwaps = durations.writers.length + 2 * writers;
      await until(() => durations.writers.length > afterSwaps, {
        onTimeout: () => new Error('The writers did not continue after the last swap.'),
      });
    } finally {
      stop.abort();
    }
    const ends = (await all).slice(0, writers) as number[];
    expect(await readRows(live)).toEqual(expectedRows(ends.flatMap((end, partition) => eventsAt(partition, 0, end))));
    // Far above the duration of a swap, because the machine may be busy; far below a hang.
    expect(Math.max(...durations.writers, ...durations.readers)).toBeLessThan(5_000);
  });

  it('is rolled back completely when the new tables cannot catch up', async () => {
    const live = tablesOf('projection');
    await createNext();
    const before = await readPositions(live);
    expect(await trySwap(live, { incoming: nextSchema, catchUp: () => Promise.resolve(false) })).toEqual({
      kind: 'behind',
    });
    expect(await readPositions(live)).toEqual(before);
  });

  it('fails within the lock timeout when another transaction holds the positions, which readBlockingTransactions shows', async () => {
    const live = tablesOf('projection');
    await createNext();
    const reader = await poolOf(live).connect();
    await reader.query('begin; select * from positions');
    expect(await readBlockingTransactions(live)).toHaveLength(1);
    expect(await trySwap(live, { incoming: nextSchema, catchUp: () => Promise.resolve(true) })).toEqual({
      kind: 'blocked',
    });
    await reader.query('commit');
    reader.release();
    expect(await readBlockingTransactions(live)).toEqual([]);
  });

  it('does not block readers of other tables while it holds the lock on the positions', async () => {
    const live = tablesOf('projection');
    await createNext();
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

  it('and a swap back are reported by listenForCommits', async () => {
    const live = tablesOf('projection');
    let changes = 0;
    await using listener = listenForCommits({ url, onChange: () => changes++, pollMs: 60_000 });
    await until(() => listener.isListening(), {
      onTimeout: () => new Error('The listener is not listening.'),
    });
    const changesBefore = changes;
    await dropProjection(live, discardedSchema);
    await trySwap(live, { incoming: previousSchema, catchUp: () => Promise.resolve(true) });
    await until(() => changes > changesBefore, {
      onTimeout: () => new Error('The swap was not reported.'),
    });
  });
});

it('reads of one projection see it to their end although a swap is tried, while reads one by one see two', async () => {
  const live = tablesOf(liveSchema);
  await write(live, 0, await nextOffset(live, 0));
  const schemaOf = async (db: Queryable): Promise<number> => {
    const { rows } = await sqlOf(db).query<{ id: number }>(`select 'visits'::regclass::oid::bigint as id`);
    return rows[0]?.id ?? 0;
  };
  const catchUp = (): Promise<boolean> => Promise.resolve(true);
  await createNext();
  const swap = () => trySwap(live, { incoming: nextSchema, catchUp });
  const seen = await readOneProjection(live, async (one) => {
    const first = await schemaOf(one);
    expect(await swap()).toEqual({ kind: 'blocked' });
    return [first, await schemaOf(one)];
  });
  expect(seen[0]).toBe(seen[1]);
  await withConnection(live, async (connection) => {
    const first = await schemaOf(connection);
    expect(await swap()).toMatchObject({ kind: 'swapped' });
    expect(await schemaOf(connection)).not.toBe(first);
  });
});

it('reads of one projection that take too long together time out, so that a swap goes on', async () => {
  const live = tablesOf(liveSchema);
  await createNext();
  const reads = readOneProjection(
    live,
    async (one) => {
      for (;;) await sqlOf(one).query('select pg_sleep(0.02)');
    },
    200,
  );
  await expect(reads.catch((error: unknown) => isStatementTimeout(error))).resolves.toBe(true);
  expect(await trySwap(live, { incoming: nextSchema, catchUp: () => Promise.resolve(true) })).toMatchObject({
    kind: 'swapped',
  });
});
