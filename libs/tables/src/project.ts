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

/** What one batch of one partition does to the tables. */
export interface Projection extends Move {
  readonly rows: BatchRows;
}

/** The tables are not where the batch begins: somebody else is ahead, or the projection was swapped. */
export class PositionMoved extends Error {
  override readonly name = 'PositionMoved';
}

/** Joins a batch into the tables and moves the position; both or neither. @throws {PositionMoved} */
export async function project(db: ClientBase, batch: Projection): Promise<void> {
  try {
    await inOneGo(db, batch, joinEvents);
  } catch (error) {
    if (!isEventTaken(error)) throw error;
    // Another partition has written one of these uuids since we looked: an upsert does not mind.
    await inOneGo(db, batch, upsertEvents);
  }
}

type JoinEvents = (db: ClientBase, events: EventLines) => Promise<void>;

async function inOneGo(db: ClientBase, batch: Projection, joinTheEvents: JoinEvents): Promise<void> {
  const { events, calls, callQueues, callAgents, agents } = batch.rows;
  await db.query('begin');
  try {
    await movePosition(db, batch);
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

/** First of all: it locks the partition for this transaction and proves that nobody else is ahead. */
export async function movePosition(db: ClientBase, { partition, expected, next, version, last }: Move): Promise<void> {
  const { rowCount } = await db.query({
    name: 'move-position',
    text: `update positions set next_offset = $1::bigint, last_uuid = $2::uuid, last_timestamp = $3::timestamptz
      where partition = $4::int and next_offset = $5::bigint and projection_version = $6::int`,
    values: [next, last.uuid, new Date(last.timestamp).toISOString(), partition, expected, version],
  });
  if (rowCount !== 1)
    throw new PositionMoved(`Partition ${partition} is not at offset ${expected}, version ${version}.`);
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
