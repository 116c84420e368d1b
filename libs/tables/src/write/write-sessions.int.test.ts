import { jest } from '@jest/globals';
import { eventId } from '@callstream/domain';
import type { CallEvent } from '@callstream/domain';
import { eventsOf } from '@callstream/domain/testing';
import { testDatabase, until } from '@callstream/stack';
import fc from 'fast-check';
import { migratedDatabase } from '../../testing/migrated-database.ts';
import { batchOf, expectedRows, readRows } from '../../testing/index.ts';
import { deleteRows } from '../../testing/replace-rows.ts';
import { poolOf } from '../connection/tables.ts';
import { sendPipelined } from '../connection/pipeline.ts';
import { dryRunBatch, ensurePositions, positionMove, project, withConnection } from '../index.ts';
import type { Tables } from '../index.ts';
import { upsertEvents } from './insert-events.ts';
import { writeAgents } from './write-agents.ts';
import { writeSessions } from './write-sessions.ts';

// Long, so that a busy machine is no failure; a hang still is.
jest.setTimeout(60_000);

const cleanup = new AsyncDisposableStack();
let db: Tables;
const logId = '11111111-1111-8111-8111-111111111111';

beforeAll(async () => {
  ({ db } = cleanup.use(await migratedDatabase(await testDatabase())));
});
afterAll(() => cleanup.disposeAsync());
beforeEach(empty);

async function empty(): Promise<void> {
  await deleteRows(db);
  await ensurePositions(db, { topic: 'call-events', partitions: 1, version: 1, logId });
}

/** Writes the batches one after the other. */
async function write(batches: readonly (readonly CallEvent[])[]): Promise<void> {
  await withConnection(db, async (connection) => {
    let expected = 0;
    for (const events of batches) {
      const next = expected + events.length;
      const move = positionMove({ partition: 0, expected, next, version: 1, last: { uuid: logId, timestamp: 0 } });
      await project(connection, { moves: [move], batch: batchOf(events) });
      expected = next;
    }
  });
}

const noon = Date.UTC(2026, 2, 2, 12);
interface PresenceBody {
  readonly type: string;
  readonly second: number;
  readonly actor: string;
  readonly queue: string | null;
  readonly reason?: string | undefined;
}
const logOf = (bodies: readonly PresenceBody[]): CallEvent[] =>
  eventsOf(
    bodies.map(({ second, ...body }, sid) => ({
      body: JSON.stringify({ ...body, sid, timestamp: new Date(noon + second * 1_000).toISOString() }),
      receivedAt: new Date(noon + 3_600_000).toISOString(),
    })),
  );
const anyBody = (seconds: number): fc.Arbitrary<PresenceBody> =>
  fc.record({
    type: fc.constantFrom('actor.logged-in', 'actor.logged-out', 'actor.paused', 'actor.unpaused'),
    second: fc.nat(seconds),
    actor: fc.constantFrom('ana', 'bia'),
    queue: fc.constantFrom('900', '901', null),
    reason: fc.constantFrom(undefined, 'lunch'),
  });

function inBatches<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}

const sessions = async (): Promise<readonly object[]> => (await readRows(db)).agent_sessions;

describe('the sessions of agents', () => {
  it('are the play of all facts, whichever events come late, doubled or in one batch', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyBody(12), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        async (bodies, size) => {
          await empty();
          const log = logOf([...bodies, ...bodies.slice(0, 3)]);
          await write(inBatches(log, size));
          expect(await sessions()).toEqual(expectedRows(log).agent_sessions);
        },
      ),
      { numRuns: 60, endOnFailure: true },
    );
  });

  it('go on in the queue that an event names, also if that event comes again', async () => {
    await empty();
    const bodies = [
      { type: 'actor.logged-out', second: 8, actor: 'ana', queue: null },
      { type: 'actor.paused', second: 10, actor: 'ana', queue: '900' },
    ];
    const log = logOf([...bodies, bodies[1]!]);
    await write(inBatches(log, 2));
    expect(await sessions()).toEqual(expectedRows(log).agent_sessions);
  });

  it('of hundreds of events after a late one, and at one moment, are read in pages and changed only as far as needed', async () => {
    const [first, second, third] = fc.sample(fc.array(anyBody(600), { minLength: 900, maxLength: 900 }), {
      numRuns: 3,
      seed: 7,
    });
    const oneMoment = (second ?? []).slice(0, 600).map((body) => ({ ...body, actor: 'ana', second: 300 }));
    const log = logOf([...(first ?? []), ...oneMoment, ...(third ?? []).slice(0, 60)]);
    await write([...inBatches(log.slice(0, 1_500), 300), ...inBatches(log.slice(1_500), 4)]);
    expect(await sessions()).toEqual(expectedRows(log).agent_sessions);
    const late = logOf([{ type: 'actor.logged-in', second: 1, actor: 'ana', queue: '900' }]).map((event) => ({
      ...event,
      id: eventId(1, 9_999),
    }));
    const move = positionMove({
      partition: 0,
      expected: log.length,
      next: log.length + 1,
      version: 1,
      last: { uuid: logId, timestamp: 0 },
    });
    await withConnection(db, (connection) => project(connection, { moves: [move], batch: batchOf(late) }));
    expect(await sessions()).toEqual(expectedRows([...log, ...late]).agent_sessions);
    const { rows } = await poolOf(db).query<{ all: number; written: number }>(
      `select count(*)::int as all, count(*) filter (where xmin::text = (select max(xmin::text::bigint)::text from agent_sessions))::int as written
       from agent_sessions where actor = 'ana'`,
    );
    expect(rows[0]?.written).toBeLessThan((rows[0]?.all ?? 0) * 0.7);
  });

  it('whose events are in two partitions, are the play of all of them when both are written concurrently', async () => {
    const [mine, other] = logOf([
      { type: 'actor.logged-in', second: 0, actor: 'ana', queue: '900' },
      { type: 'actor.paused', second: 10, actor: 'ana', queue: null },
    ]);
    const theirs = { ...other!, id: eventId(1, 0) };
    const { events, presence } = batchOf([theirs]);
    const client = await poolOf(db).connect();
    await client.query('begin');
    const agentWrite = writeSessions(presence);
    const results = await sendPipelined(client, [
      ...upsertEvents(events),
      ...writeAgents(presence),
      ...(agentWrite?.reads ?? []),
    ]);
    await sendPipelined(client, (await agentWrite?.writes(client, results)) ?? []);
    const writing = write([[mine!]]);
    await until(
      async () => {
        const { rowCount } = await poolOf(db).query(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'advisory'`,
        );
        return rowCount === 1;
      },
      {
        timeoutMs: 30_000,
        everyMs: 10,
        onTimeout: () => new Error('The transaction does not wait for the other one.'),
      },
    );
    await client.query('commit');
    client.release();
    await writing;
    expect(await sessions()).toEqual(expectedRows([mine!, theirs]).agent_sessions);
    expect(await sessions()).toMatchObject([
      { queue: '900', state: 'logged_in', end_reason: 'paused' },
      { queue: '900', state: 'paused' },
    ]);
  });

  it('are derived by a dry run too, which writes nothing', async () => {
    const log = logOf([{ type: 'actor.logged-in', second: 0, actor: 'ana', queue: '900' }]);
    expect(await withConnection(db, (connection) => dryRunBatch(connection, batchOf(log)))).toBeNull();
    expect(await sessions()).toEqual([]);
  });
});
