import { eventId } from '@callstream/domain';
import type { CallEvent } from '@callstream/domain';
import { testDatabase, until } from '@callstream/stack';
import { eventsOf } from '@callstream/domain/testing';
import fc from 'fast-check';
import { migratedDatabase } from '../../testing/migrated-database.ts';
import { batchOf, expectedRows, readRows } from '../../testing/index.ts';
import { presenceBodies, presenceLog, presenceLogs } from '../../testing/presence-logs.ts';
import { deleteRows } from '../../testing/replace-rows.ts';
import { clientOf, poolOf } from '../connection/tables.ts';
import { sendPipelined } from '../connection/pipeline.ts';
import { dryRunBatch, ensurePositions, positionMove, project, withConnection } from '../index.ts';
import type { Tables } from '../index.ts';
import { upsertEvents } from './insert-events.ts';
import { writeAgents } from './write-agents.ts';
import { writeSessions } from './write-sessions.ts';

// Long, so that a busy machine is no failure; a hang still is.
const cleanup = new AsyncDisposableStack();
let db: Tables;
const logId = '11111111-1111-8111-8111-111111111111';

beforeAll(async () => {
  ({ db } = cleanup.use(await migratedDatabase(testDatabase)));
});
afterAll(() => cleanup.disposeAsync());
beforeEach(empty);

async function empty(): Promise<void> {
  await deleteRows(db);
  await ensurePositions(db, { topic: 'call-events', partitions: 1, version: 1, logId });
}

/** Writes the batches one after the other, from an offset on. */
async function write(batches: readonly (readonly CallEvent[])[], offset = 0): Promise<void> {
  await withConnection(db, async (connection) => {
    let expected = offset;
    for (const events of batches) {
      const next = expected + events.length;
      const move = positionMove({ partition: 0, expected, next, version: 1, last: { uuid: logId, timestamp: 0 } });
      await project(connection, { moves: [move], batch: batchOf(events) });
      expected = next;
    }
    await clientOf(connection).query('select pg_stat_force_next_flush()');
  });
}

function inBatches<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}

/** Writes `second` while the transaction that writes `first` is not committed. */
async function writeConcurrently(first: CallEvent, second: CallEvent): Promise<void> {
  const { events, presence } = batchOf([first]);
  const client = await poolOf(db).connect();
  await client.query('begin');
  const agentWrite = writeSessions(presence, new Map());
  const results = await sendPipelined(client, [
    ...upsertEvents(events),
    ...writeAgents(presence),
    ...(agentWrite?.reads ?? []),
  ]);
  await sendPipelined(client, (await agentWrite?.writes(client, results)) ?? []);
  const writing = write([[second]]);
  await until(
    async () => {
      const { rowCount } = await poolOf(db).query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rowCount === 1;
    },
    { everyMs: 10, onTimeout: () => new Error('The transaction does not wait for the other one.') },
  );
  await client.query('commit');
  client.release();
  await writing;
}

/** What `work` reads of indexes that hold presence events and sessions, in entries by index, and writes to `agent_sessions`, in rows. */
async function countWork(work: () => Promise<void>): Promise<Readonly<Record<string, number>>> {
  const before = await readCounters();
  await work();
  const after = await readCounters();
  return Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]));
}

async function readCounters(): Promise<Readonly<Record<string, number>>> {
  const client = await poolOf(db).connect();
  await client.query('select pg_stat_force_next_flush()');
  const { rows } = await client.query<{ name: string; count: number }>(
    `select indexrelname as name, idx_tup_read::float8 as count from pg_stat_user_indexes where relname in ('events', 'agent_sessions')
     union all select 'written', (n_tup_ins + n_tup_upd + n_tup_del)::float8 from pg_stat_user_tables where relname = 'agent_sessions'`,
  );
  client.release();
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
}

const sessions = async (): Promise<readonly object[]> => (await readRows(db)).agent_sessions;

describe('the sessions of agents', () => {
  it('are the play of all facts, whichever events come late, doubled, in one batch, or get another time', async () => {
    await fc.assert(
      fc.asyncProperty(presenceLogs(30), fc.constantFrom(1, 3, 9, 60), async (log, size) => {
        await empty();
        await write(inBatches(log, size));
        expect(await sessions()).toEqual(expectedRows(log).agent_sessions);
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });

  it('go on in the queue that an event names, also if that event comes again', async () => {
    await empty();
    const bodies = [
      { type: 'actor.logged-out', second: 8, actor: 'ana', queue: null },
      { type: 'actor.paused', second: 10, actor: 'ana', queue: '900' },
    ];
    const log = presenceLog([...bodies, bodies[1]!]);
    await write(inBatches(log, 2));
    expect(await sessions()).toEqual(expectedRows(log).agent_sessions);
  });

  it('of hundreds of events after a late one, and at one moment, are read in pages and changed only as far as needed', async () => {
    const [first, second, third] = fc.sample(fc.array(presenceBodies(600), { minLength: 900, maxLength: 900 }), {
      numRuns: 3,
      seed: 7,
    });
    const oneMoment = (second ?? []).slice(0, 600).map((body) => ({ ...body, actor: 'ana', second: 300 }));
    const log = presenceLog([...(first ?? []), ...oneMoment, ...(third ?? []).slice(0, 60)]);
    await write([...inBatches(log.slice(0, 1_500), 300), ...inBatches(log.slice(1_500), 4)]);
    expect(await sessions()).toEqual(expectedRows(log).agent_sessions);
    const late = presenceLog([{ type: 'actor.logged-in', second: 1, actor: 'ana', queue: '900' }]).map((event) => ({
      ...event,
      id: eventId(1, 9_999),
    }));
    await write([late], log.length);
    expect(await sessions()).toEqual(expectedRows([...log, ...late]).agent_sessions);
    const { rows } = await poolOf(db).query<{ all: number; written: number }>(
      `select count(*)::int as all, count(*) filter (where xmin::text = (select max(xmin::text::bigint)::text from agent_sessions))::int as written
       from agent_sessions where actor = 'ana'`,
    );
    expect(rows[0]?.written).toBeLessThan((rows[0]?.all ?? 0) * 0.7);
  });

  it('of one late event in a history of 20,000 read and write what it changes, also beside a current event', async () => {
    const history = Array.from({ length: 20_000 }, (_, second) => ({
      type: second % 2 === 0 ? 'actor.paused' : 'actor.unpaused',
      second,
      actor: 'ana',
      queue: '901',
    }));
    const log = presenceLog([{ type: 'actor.logged-in', second: 0, actor: 'ana', queue: '900' }, ...history]);
    await write(inBatches(log, 5_000));
    // As autovacuum does: plans of small tables may use other indexes.
    await poolOf(db).query('analyze');
    const late = presenceLog([
      // Nothing undoes it later, so that queue is never again as it was.
      { type: 'actor.paused', second: 100, actor: 'ana', queue: '900', reason: 'late' },
      { type: 'actor.logged-out', second: 20_001, actor: 'ana', queue: '901' },
      { type: 'actor.paused', second: 51, actor: 'ana', queue: null, reason: 'for all queues' },
    ]).map((event, i) => ({ ...event, id: eventId(1, i) }));
    for (const [i, batch] of [late.slice(0, 2), late.slice(2)].entries()) {
      const work = await countWork(async () => write([batch], log.length + 2 * i));
      const tooMuch = Object.entries(work).filter(([name, count]) => count > (name === 'written' ? 10 : 300));
      expect(tooMuch).toEqual([]);
    }
    expect(await sessions()).toEqual(expectedRows([...log, ...late]).agent_sessions);
  });

  it('whose events are in two partitions, are the play of all of them when both are written concurrently', async () => {
    const [mine, other] = presenceLog([
      { type: 'actor.logged-in', second: 0, actor: 'ana', queue: '900' },
      { type: 'actor.paused', second: 10, actor: 'ana', queue: null },
    ]);
    const theirs = { ...other!, id: eventId(1, 0) };
    await writeConcurrently(theirs, mine!);
    expect(await sessions()).toEqual(expectedRows([mine!, theirs]).agent_sessions);
    expect(await sessions()).toMatchObject([
      { queue: '900', state: 'logged_in', end_reason: 'paused' },
      { queue: '900', state: 'paused' },
    ]);
  });

  it('of an event that gets another time while it is written, are the play of its first delivery', async () => {
    const body = JSON.stringify({
      type: 'actor.logged-in',
      actor: 'ana',
      queue: '900',
      timestamp: '2026-03-02T13:00:00Z',
    });
    const [first, later] = eventsOf(
      ['2026-03-02T13:00:00.000Z', '2026-03-02T12:00:00.000Z'].map((receivedAt) => ({ body, receivedAt })),
    );
    await writeConcurrently(later!, first!);
    expect(await sessions()).toEqual(expectedRows([first!, later!]).agent_sessions);
    expect(await sessions()).toMatchObject([{ began_at: '2026-03-02T13:00:00.000Z' }]);
  });

  it('are derived by a dry run too, which writes nothing', async () => {
    const log = presenceLog([{ type: 'actor.logged-in', second: 0, actor: 'ana', queue: '900' }]);
    expect(await withConnection(db, (connection) => dryRunBatch(connection, batchOf(log)))).toBeNull();
    expect(await sessions()).toEqual([]);
  });
});
