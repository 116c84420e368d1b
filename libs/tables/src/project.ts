import type { ClientBase } from 'pg';
import type { BatchRows, EventLines } from './batch-rows.ts';
import { isEventTaken, joinEvents, upsertEvents } from './join-events.ts';
import { upsertAgents, upsertCallAgents, upsertCallQueues, upsertCalls } from './statements.ts';

/** How far a transaction takes one partition. */
export interface Move {
  readonly partition: number;
  /** Offset that the tables must be at, and the one they will be at. */
  readonly expected: number;
  readonly next: number;
  /** Version of the rules by which `calls` and `agents` were joined. */
  readonly version: number;
  /** The last record applied; `timestamp` is Kafka's, in ms since 1970. */
  readonly last: { readonly uuid: string; readonly timestamp: number };
}

/** What is done to the tables at once. */
export interface Projection {
  /** Each of another partition. */
  readonly moves: readonly Move[];
  /** What the records say that are gone over. */
  readonly rows: BatchRows;
  /** Longest that a row is waited for that somebody else has locked, in ms; for ever if not given. */
  readonly lockTimeoutMs?: number;
}

/** The tables are not where a move begins: somebody else is ahead, or the projection was swapped. */
export class PositionMoved extends Error {
  override readonly name = 'PositionMoved';
}

/** Joins rows into the tables and moves the positions; all or nothing. @throws {PositionMoved} */
export async function project(db: ClientBase, projection: Projection): Promise<void> {
  try {
    await inOneGo(db, projection, joinEvents);
  } catch (error) {
    if (!isEventTaken(error)) throw error;
    // Another partition has written one of these uuids since we looked: an upsert does not mind.
    await inOneGo(db, projection, upsertEvents);
  }
}

type JoinEvents = (db: ClientBase, events: EventLines) => Promise<void>;

async function inOneGo(
  db: ClientBase,
  { moves, rows, lockTimeoutMs = 0 }: Projection,
  joinTheEvents: JoinEvents,
): Promise<void> {
  const { events, calls, callQueues, callAgents, agents } = rows;
  await db.query(lockTimeoutMs > 0 ? `begin; set local lock_timeout = ${lockTimeoutMs}` : 'begin');
  try {
    await movePositions(db, moves);
    await joinTheEvents(db, events);
    // Always the same order of tables, so that two partitions that meet in `agents` do not deadlock.
    await upsert(db, 'calls', upsertCalls, calls);
    await upsert(db, 'call-queues', upsertCallQueues, callQueues);
    await upsert(db, 'call-agents', upsertCallAgents, callAgents);
    await joinAgents(db, agents);
    await db.query('commit');
  } catch (error) {
    await db.query('rollback').catch(() => undefined);
    throw error;
  }
}

/** First of all: it locks the partitions for this transaction and proves that nobody else is ahead. */
export async function movePositions(db: ClientBase, moves: readonly Move[]): Promise<void> {
  const { rowCount } = await db.query({
    name: 'move-positions',
    text: `update positions p set next_offset = m.next, last_uuid = m.uuid, last_timestamp = m.at
      from unnest($1::int[], $2::bigint[], $3::int[], $4::bigint[], $5::uuid[], $6::timestamptz[])
        as m (partition, expected, version, next, uuid, at)
      where p.partition = m.partition and p.next_offset = m.expected and p.projection_version = m.version`,
    values: [
      moves.map(({ partition }) => partition),
      moves.map(({ expected }) => expected),
      moves.map(({ version }) => version),
      moves.map(({ next }) => next),
      moves.map(({ last }) => last.uuid),
      moves.map(({ last }) => new Date(last.timestamp).toISOString()),
    ],
  });
  if (rowCount === moves.length) return;
  const wanted = moves.map(({ partition, expected }) => `${partition} at offset ${expected}`).join(', ');
  throw new PositionMoved(`Of these partitions, one is elsewhere, or of another version: ${wanted}.`);
}

/** Joins agents into the table; after the calls, always. */
export const joinAgents = (db: ClientBase, agents: string): Promise<void> => upsert(db, 'agents', upsertAgents, agents);

async function upsert(db: ClientBase, name: string, text: string, rows: string): Promise<void> {
  if (rows !== '{}') await db.query({ name: `upsert-${name}`, text, values: [rows] });
}

/** Tells everybody who listens that the tables changed. May be lost; never inside a transaction, where it would serialise commits. */
export async function notifyProjected(db: { query: ClientBase['query'] }): Promise<void> {
  await db.query(`select pg_notify('callstream_projected', '')`);
}
