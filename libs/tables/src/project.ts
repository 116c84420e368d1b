import type { ClientBase } from 'pg';
import type { BatchRows } from './batch-rows.ts';
import { classify } from './classify.ts';
import { isCopied, isEventTaken, joinEvents, lookFor, upsertEvents } from './join-events.ts';
import { nothingSeen } from './seen-events.ts';
import { sendTogether } from './send-together.ts';
import type { Answer, Statement } from './send-together.ts';
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

/**
 * Joins rows into the tables and moves the positions; all or nothing. Events that are not `seen` are taken for new.
 * @throws {PositionMoved}
 */
export async function project(db: ClientBase, projection: Projection, seen = nothingSeen): Promise<void> {
  const { events } = projection.rows;
  try {
    await inOneGo(db, projection, isCopied(events) ? seen.suspects(events.uuids) : null);
  } catch (error) {
    if (!isEventTaken(error)) throw error;
    seen.surprise();
    await inOneGo(db, projection, null);
  }
  seen.add(events.uuids);
}

/** @param suspects of its events that may be there already, or null: whatever is there, all are upserted */
async function inOneGo(
  db: ClientBase,
  { moves, rows, lockTimeoutMs = 0 }: Projection,
  suspects: readonly string[] | null,
): Promise<void> {
  const { events } = rows;
  try {
    const [, , moved, found] = await sendTogether(db, [
      begin,
      { name: `lock-timeout-${lockTimeoutMs}`, text: `set local lock_timeout = ${lockTimeoutMs}` },
      movePositions(moves),
      ...(suspects?.length ? [lookFor(suspects)] : []),
    ]);
    checkMoved(moves, moved);
    const known = new Set(found?.rows.map(([uuid]) => uuid ?? ''));
    await sendTogether(db, [
      ...(suspects ? joinEvents(events, known) : upsertEvents(events)),
      ...joinCallsAndAgents(rows),
      commit,
    ]);
  } catch (error) {
    await db.query('rollback').catch(() => undefined);
    throw error;
  }
}

/**
 * Does all that {@link project} would with these rows, and rolls it back.
 * @returns the refusal, if Postgres does not take their values; null if it does
 * @throws any other failure
 */
export async function tryRows(db: ClientBase, rows: BatchRows): Promise<Error | null> {
  try {
    await sendTogether(db, [
      begin,
      ...upsertEvents(rows.events),
      ...joinCallsAndAgents(rows),
      { name: 'check-constraints', text: 'set constraints all immediate' },
    ]);
    return null;
  } catch (error) {
    if (classify(error) !== 'data') throw error;
    return error as Error;
  } finally {
    await db.query('rollback').catch(() => undefined);
  }
}

/** Always the same order of tables, so that two partitions that meet in `agents` do not deadlock. */
const joinCallsAndAgents = ({ calls, callQueues, callAgents, agents }: BatchRows): Statement[] => [
  ...upsert('calls', upsertCalls, calls),
  ...upsert('call-queues', upsertCallQueues, callQueues),
  ...upsert('call-agents', upsertCallAgents, callAgents),
  ...joinAgents(agents),
];

const begin: Statement = { name: 'begin', text: 'begin' };
export const commit: Statement = { name: 'commit', text: 'commit' };

/** First of all: it locks the partitions for this transaction. */
export const movePositions = (moves: readonly Move[]): Statement => ({
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
  ].map((column) => `{${column.join()}}`),
});

/** Proves that nobody else is ahead. @throws {PositionMoved} */
export function checkMoved(moves: readonly Move[], answer: Answer | undefined): void {
  if (answer?.count === moves.length) return;
  const wanted = moves.map(({ partition, expected }) => `${partition} at offset ${expected}`).join(', ');
  throw new PositionMoved(`Of these partitions, one is elsewhere, or of another version: ${wanted}.`);
}

/** Joins agents into the table; after the calls, always. */
export const joinAgents = (agents: Buffer | null): Statement[] => upsert('agents', upsertAgents, agents);

const upsert = (table: string, text: string, rows: Buffer | null): Statement[] =>
  rows ? [{ name: `upsert-${table}`, text, values: [rows] }] : [];

/** Tells everybody who listens that the tables changed. May be lost; never inside a transaction, where it would serialise commits. */
export async function notifyProjected(db: { query: ClientBase['query'] }): Promise<void> {
  await db.query(`select pg_notify('callstream_projected', '')`);
}
