import { testDatabase, until } from '@callstream/stack';
import { eventId } from '@callstream/domain';
import type { CallEvent } from '@callstream/domain';
import { eventsOf, fixtureLog, fixtureEvents, logs } from '@callstream/domain/testing';
import fc from 'fast-check';
import { batchOf, expectedRows, migrated, readRows } from '../../testing/index.ts';
import { deleteRows } from '../../testing/replace-rows.ts';
import {
  connectTables,
  createDedupCache,
  ensurePositions,
  listCallEvents,
  listCalls,
  isLastRecord,
  positionMove,
  PositionMoved,
  project,
  readPositions,
  withConnection,
} from '../index.ts';
import type { DedupCache, Tables } from '../index.ts';
import { sendPipelined } from '../connection/pipeline.ts';
import { foldCalls } from './fold-calls.ts';
import { upsertEvents } from './insert-events.ts';
import { packedFactsOf, readPackedFacts } from './project.ts';
import { writeCalls } from './write-calls.ts';
import { poolOf } from '../connection/tables.ts';

// Long, so that a busy machine is no failure; a hang still is.
let database: Awaited<ReturnType<typeof testDatabase>>;
let db: Tables;
const version = 1;
const topic = 'call-events';
const logId = '11111111-1111-8111-8111-111111111111';

beforeAll(async () => {
  database = await testDatabase({ content: migrated });
  db = connectTables({ url: database.url });
});
afterAll(async () => {
  await db.end();
  await database[Symbol.asyncDispose]();
});
beforeEach(empty);

async function empty(): Promise<void> {
  await deleteRows(db);
  await ensurePositions(db, { topic, partitions: 2, version, logId });
}

/** Writes the batches one after the other, as partition 0. */
const write = (...batches: (readonly CallEvent[])[]): Promise<void> => writeFrom(0, batches);

/** The same from offset `from` on, with a deduplication cache. */
async function writeFrom(
  from: number,
  batches: readonly (readonly CallEvent[])[],
  dedupCache?: DedupCache,
): Promise<void> {
  await withConnection(db, async (connection) => {
    let expected = from;
    for (const events of batches) {
      const next = expected + events.length;
      const move = positionMove({ partition: 0, expected, next, version, last: { uuid: logId, timestamp: 0 } });
      await project(connection, { moves: [move], batch: batchOf(events) }, dedupCache);
      expected = next;
    }
  });
}

const runs = logs(40).chain((log) =>
  fc.tuple(
    fc.shuffledSubarray(log, { minLength: log.length }).map((shuffled) => eventsOf(shuffled)),
    fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 }),
  ),
);

describe('the tables', () => {
  it('contain the play of all facts of random logs, shuffled, with duplicates, in batches of any size', async () => {
    await fc.assert(
      fc.asyncProperty(runs, async ([events, sizes]) => {
        await empty();
        await write(...inBatches(events, sizes));
        expect(await readRows(db)).toEqual(expectedRows(events));
      }),
      { numRuns: 120, endOnFailure: true },
    );
  });

  it('contain the play of all facts of the nineteen fixture logs', async () => {
    const log = [...fixtureEvents.keys()].flatMap((name) => fixtureLog(name));
    await write(...inBatches(eventsOf(log), [7]));
    expect(await readRows(db)).toEqual(expectedRows(eventsOf(log)));
  });

  it('contain the play of all facts when large batches share events', async () => {
    const log = eventsOf([...fixtureEvents.keys()].flatMap((name) => fixtureLog(name)));
    const duplicates = log.slice(30).map((event) => ({ ...event, id: event.id + eventId(0, log.length) }));
    await write(log.slice(0, 70), [...log.slice(70), ...duplicates.slice(0, 20)], duplicates.slice(20));
    expect(await readRows(db)).toEqual(expectedRows([...log, ...duplicates]));
  });

  it('contain texts with the special characters of COPY, arrays and records', async () => {
    const specialTexts = [
      '"',
      '\\',
      '\\N',
      '\\"',
      '\\t',
      '\t',
      '\n',
      '\r\n',
      ',',
      '()',
      '{}',
      '{"a"}',
      'NULL',
      ' ',
      "'",
      '$1',
      'é😀',
    ];
    const log = specialTexts.flatMap((text, i) =>
      [
        ...Object.entries({
          'call.waiting': {},
          'actor.entered': { actor: text },
          'call.recording-available': { url: text },
        }),
        ...Object.entries({
          'actor.logged-in': { actor: text, call_id: '' },
          [`odd.${text}`]: { code: text, their_number: text },
        }),
      ].map(([type, fields]) => ({
        body: JSON.stringify({ type, call_id: `${i}${text}`, queue: text, number: text, ...fields }),
        receivedAt: `2026-03-02T13:00:${String(i).padStart(2, '0')}.000Z`,
      })),
    );
    const events = eventsOf(log);
    // These are copied first, then upserted by a batch that copies its other events.
    const duplicates = events.slice(10).map((event) => ({ ...event, id: event.id + eventId(0, log.length) }));
    await write(events.slice(0, 60), duplicates);
    expect(await readRows(db)).toEqual(expectedRows([...events.slice(0, 60), ...duplicates]));
  });

  it('contain each event once when the deduplication cache misses duplicates, and after a miss all events are looked up', async () => {
    const log = eventsOf([...fixtureEvents.keys()].flatMap((name) => fixtureLog(name)));
    const duplicates = log.map((event) => ({ ...event, id: event.id + eventId(0, log.length) }));
    const lookups: number[] = [];
    const emptyCache = createDedupCache();
    const dedupCache: DedupCache = {
      ...emptyCache,
      possibleDuplicates: (uuids: readonly string[]) => {
        const found = emptyCache.possibleDuplicates(uuids);
        lookups.push(found.length);
        return found;
      },
    };
    await write(log);
    await writeFrom(log.length, [duplicates], dedupCache);
    expect(await readRows(db)).toEqual(expectedRows([...log, ...duplicates]));
    await writeFrom(2 * log.length, [duplicates], dedupCache);
    expect((await readRows(db)).events).toEqual(expectedRows([...log, ...duplicates, ...duplicates]).events);
    expect(lookups).toEqual([0, new Set(log.map(({ uuid }) => uuid)).size]);
  });

  it('contain each event once when another partition writes an event of the batch concurrently', async () => {
    const log = eventsOf([...fixtureEvents.keys()].flatMap((name) => fixtureLog(name)));
    const [first, ...others] = log;
    if (!first) throw new Error('The fixture logs are empty.');
    const otherClient = await poolOf(db).connect();
    await otherClient.query('begin');
    await sendPipelined(otherClient, upsertEvents(batchOf([{ ...first, id: first.id + 1 }]).events));
    const writing = write([first, ...others]);
    await until(
      async () => {
        const { rowCount } = await poolOf(db).query(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like 'copy events%'`,
        );
        return rowCount === 1;
      },
      {
        everyMs: 10,
        onTimeout: () => new Error('The transaction does not wait for the other one.'),
      },
    );
    await otherClient.query('commit');
    otherClient.release();
    await writing;
    expect((await readRows(db)).events).toEqual(expectedRows([...log, { ...first, id: first.id + 1 }]).events);
  });
});

describe('a call with records in two partitions', () => {
  const at = (second: number) => ({ timestamp: `2026-03-02T13:00:0${second}Z`, call_id: 'shared', queue: '900' });
  const log = eventsOf(
    [
      { type: 'call.waiting', ...at(0) },
      { type: 'actor.entered', actor: 'ana', ...at(1) },
      { type: 'actor.left', actor: 'ana', ...at(2) },
      { type: 'call.waiting', ...at(3) },
    ].map((body) => ({ body: JSON.stringify(body), receivedAt: body.timestamp })),
  );
  const shared = (offset: number, partition: number): CallEvent => ({
    ...log[offset]!,
    id: eventId(partition, offset),
  });

  it.each([
    ['a new call', []],
    ['an existing call', [shared(0, 0)]],
  ])('as %s, is the play of all of its facts when both partitions are written concurrently', async (_, stored) => {
    await write(stored);
    const [mine, theirs] = [shared(stored.length, 0), shared(stored.length + 1, 1)];
    const otherClient = await poolOf(db).connect();
    const packed = packedFactsOf((await sendPipelined(otherClient, [readPackedFacts(['shared'])]))[0]);
    await otherClient.query('begin');
    await sendPipelined(otherClient, writeCalls(foldCalls(batchOf([theirs]).facts, packed), false));
    const writing = writeFrom(stored.length, [[mine]]);
    await until(async () => (await countWaiting()) === 1, {
      everyMs: 10,
      onTimeout: () => new Error('The transaction does not wait for the other one.'),
    });
    await otherClient.query('commit');
    otherClient.release();
    await writing;
    const { calls, visits, segments } = expectedRows([...stored, mine, theirs]);
    expect(await readRows(db)).toMatchObject({ calls, visits, segments });
  });
});

/** Number of transactions that wait for a lock. */
async function countWaiting(): Promise<number> {
  const { rowCount } = await poolOf(db).query(
    `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rowCount ?? 0;
}

function inBatches(events: readonly CallEvent[], sizes: readonly number[]): CallEvent[][] {
  const batches: CallEvent[][] = [];
  for (let at = 0, i = 0; at < events.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    batches.push(events.slice(at, at + size));
    at += size;
  }
  return batches;
}

describe('a position', () => {
  it('moves in the transaction that writes the rows', async () => {
    await write(eventsOf(fixtureLog('01-nominal')));
    expect(await readPositions(db)).toMatchObject([
      { partition: 0, nextOffset: 7, version, topic, lastTimestamp: 0 },
      { partition: 1, nextOffset: 0 },
    ]);
  });
  it.each([-1, NaN, Infinity, 1.5, -99_999_999_999_999, 99_999_999_999_999_999])(
    'stores a Kafka timestamp of %d so that the last record is recognised afterwards',
    async (timestamp) => {
      const last = { uuid: logId, timestamp };
      const move = positionMove({ partition: 0, expected: 0, next: 1, version, last });
      await withConnection(db, (client) => project(client, { moves: [move], batch: batchOf([]) }));
      const [position] = await readPositions(db);
      expect(position && isLastRecord(position, last)).toBe(true);
      expect(position && isLastRecord(position, { ...last, timestamp: 1 })).toBe(timestamp === 1.5);
    },
  );
  it('that another process moved rejects the whole batch', async () => {
    await write(eventsOf(fixtureLog('01-nominal')));
    await expect(write(eventsOf(fixtureLog('05-abandoned')))).rejects.toThrow(PositionMoved);
    expect((await readRows(db)).calls).toHaveLength(1);
  });
  it('of another projection version rejects the whole batch', async () => {
    await poolOf(db).query('update positions set projection_version = 2');
    await expect(write(eventsOf(fixtureLog('01-nominal')))).rejects.toThrow(PositionMoved);
    expect((await readRows(db)).events).toEqual([]);
  });
});

describe('lists', () => {
  it('return every call that matches the filters: live ones, then finished ones, then stale ones, each oldest first', async () => {
    await write(
      eventsOf([...fixtureEvents.keys()].flatMap((name, i) => fixtureLog(name, Date.UTC(2026, 2, 2, 13, i)))),
    );
    const ids = async (params: Parameters<typeof listCalls>[1]) =>
      (await listCalls(db, params)).rows.map((row) => row.aggregate_id);
    const all = await ids({});
    // Fixture 15, and two of 19.
    const live = ['1772456400.30114', '6f1c1c7e-53b5-4b6c-9f5e-1d9a2f0b7c11', 'CA0123456789abcdef0123456789abcdef'];
    const [waiting, ...ofLast] = live;
    const finished = all.slice(3);
    expect([all.slice(0, 3), finished[0]]).toEqual([live, '1772456400.30100']);
    const heardSince = Date.UTC(2026, 2, 2, 13, 16);
    expect(await ids({ heardSince })).toEqual([...ofLast, ...finished, waiting]);
    expect(await ids({ heardSince, limit: 4 })).toEqual([...ofLast, ...finished.slice(-2)]);
    expect(await ids({ state: 'WAITING' })).toEqual(['1772456400.30114']);
    expect(await ids({ queue: '910' })).toEqual(['1772456400.30107']);
    expect(await ids({ direction: 'internal' })).toEqual(['1772456400.30115']);
    expect(await ids({ aggregate_id: "x' or 1=1 --" })).toEqual([]);
    expect(await ids({ limit: 4 })).toEqual([...live, finished.at(-1)]);
    const { rows } = await listCalls(db, { state: 'FINISHED' });
    expect(await ids({ id: rows[2]!.id })).toEqual(finished.slice(2, 3));
    expect(await ids({ before: rows[2]!.id })).toEqual(finished.slice(0, 2));
  });
  it('return the events of a call in the order of the log, with partition, offset and deliveries', async () => {
    await write(eventsOf(fixtureLog('13-duplicates')));
    const { rows } = await listCallEvents(db, { topic, callId: '1772456400.30112' });
    expect(rows.map((row) => [row.offset, row.partition, row.topic, row.deliveries]).slice(0, 2)).toEqual([
      [0, 0, topic, 3],
      [3, 0, topic, 2],
    ]);
    expect(rows[0]).toMatchObject({
      aggregate_id: '1772456400.30112',
      received_at: '2026-03-02T14:00:00.000Z',
      type: 'call.new',
      body: expect.stringContaining('"type": "call.new"') as string,
    });
    expect(await listCallEvents(db, { topic, callId: 'nobody' })).toEqual({ rows: [], more: false });
  });
});
