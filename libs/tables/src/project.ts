import type { ClientBase } from 'pg';
import type { Agent, Call } from '@callstream/domain';
import { agentKey, compareText } from '@callstream/domain';
import { isEventTaken, joinEvents, upsertEvents } from './join-events.ts';
import { agentRow, callAgentRows, callQueueRows, callRow } from './rows.ts';
import type { CountedEvent } from './rows.ts';
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
  /** Each event once. */
  readonly events: readonly CountedEvent[];
  readonly calls: readonly Call[];
  readonly agents: readonly Agent[];
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

type JoinEvents = (db: ClientBase, events: readonly CountedEvent[]) => Promise<void>;

async function inOneGo(db: ClientBase, batch: Projection, joinTheEvents: JoinEvents): Promise<void> {
  await db.query('begin');
  try {
    await movePosition(db, batch);
    await joinTheEvents(db, batch.events);
    // Always the same order of tables and of rows, so that two partitions that meet in `agents` do not deadlock.
    await joinCalls(db, batch.calls);
    await joinAgents(db, batch.agents);
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

/** Joins calls, with their queues and agents, into the tables. */
async function joinCalls(db: ClientBase, all: readonly Call[]): Promise<void> {
  const calls = all.toSorted((a, b) => compareText(a.callId, b.callId));
  await upsert(db, 'calls', upsertCalls, JSON.stringify(calls.map(callRow)));
  await upsert(db, 'call-queues', upsertCallQueues, JSON.stringify(calls.flatMap(callQueueRows)));
  await upsert(db, 'call-agents', upsertCallAgents, JSON.stringify(calls.flatMap(callAgentRows)));
}

/** Joins agents into the table; after the calls, always. */
export async function joinAgents(db: ClientBase, all: readonly Agent[]): Promise<void> {
  const agents = all
    .map((agent) => ({ agent, key: agentKey(agent) }))
    .toSorted((a, b) => compareText(a.key, b.key))
    .map(({ agent }) => agentRow(agent));
  await upsert(db, 'agents', upsertAgents, JSON.stringify(agents));
}

async function upsert(db: ClientBase, name: string, text: string, rows: string): Promise<void> {
  if (rows !== '[]') await db.query({ name: `upsert-${name}`, text, values: [rows] });
}

/** Tells everybody who listens that the tables changed. May be lost; never inside a transaction, where it would serialise commits. */
export async function notifyProjected(db: { query: ClientBase['query'] }): Promise<void> {
  await db.query(`select pg_notify('callstream_projected', '')`);
}
