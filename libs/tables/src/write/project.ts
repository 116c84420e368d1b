import type { ClientBase } from 'pg';
import { writeAgents } from './write-agents.ts';
import type { EventBatch } from './event-batch.ts';
import { classify } from '../connection/classify.ts';
import { CallsMoved } from '../connection/transaction.ts';
import { foldCalls } from './fold-calls.ts';
import { shouldCopy, isDuplicateEvent, insertEvents, findEvents, upsertEvents } from './insert-events.ts';
import { packedFactsOf, readPackedFacts } from './packed-facts.ts';
import { noDedupCache } from './dedup-cache.ts';
import { sendPipelined } from '../connection/pipeline.ts';
import type { StatementResult, Statement } from '../connection/pipeline.ts';
import { isCallConflict, writeCalls } from './write-calls.ts';

/** How far a transaction takes one partition. */
export interface PositionMove {
  readonly partition: number;
  /** Offset that the tables must be at, and the one they will be at. */
  readonly expected: number;
  readonly next: number;
  /** Version of the rules by which the tables are made. */
  readonly version: number;
  /** The last record applied; `timestamp` is Kafka's, in ms since 1970. */
  readonly last: { readonly uuid: string; readonly timestamp: number };
}

/** What is done to the tables at once. */
export interface ProjectOptions {
  /** Each of another partition. */
  readonly moves: readonly PositionMove[];
  /** What the records state that are gone over. */
  readonly batch: EventBatch;
  /** Longest that a row is waited for that somebody else has locked, in ms; for ever if not given. */
  readonly lockTimeoutMs?: number;
}

/** The tables are not where a move begins: somebody else is ahead, or the projection was swapped. */
export class PositionMoved extends Error {
  override readonly name = 'PositionMoved';
}

/** So often a batch is written again because others have written the same calls meanwhile. */
const attemptsMax = 10;

/**
 * Writes what the events of a batch change, and moves the positions; all or nothing. Events that were not seen are taken
 * for new; what turns out to be otherwise is looked for in the tables.
 * @throws {PositionMoved}
 * @throws {CallsMoved} if others write the same calls all the time
 */
export async function project(db: ClientBase, projection: ProjectOptions, seen = noDedupCache): Promise<void> {
  const { events } = projection.batch;
  let suspects = shouldCopy(events) ? seen.suspects(events.uuids) : null;
  for (let attempt = 1; ; attempt++) {
    try {
      await projectOnce(db, projection, suspects);
      seen.add(events.uuids);
      return;
    } catch (error) {
      if (isDuplicateEvent(error)) seen.surprise();
      else if (!isCallConflict(error)) throw error;
      if (attempt === attemptsMax) throw new CallsMoved(attempt, error);
      suspects = null;
    }
  }
}

/** @param suspects of its events that may be there already, or null: nothing is copied, whatever is there */
async function projectOnce(
  db: ClientBase,
  { moves, batch, lockTimeoutMs = 0 }: ProjectOptions,
  suspects: readonly string[] | null,
): Promise<void> {
  const { events, facts, presence } = batch;
  try {
    const [, , moved, stored, taken] = await sendPipelined(db, [
      begin,
      transactionSettings(lockTimeoutMs),
      movePositions(moves),
      readPackedFacts([...facts.keys()]),
      ...(suspects?.length ? [findEvents(suspects)] : []),
    ]);
    checkMoved(moves, moved);
    const changed = foldCalls(facts, packedFactsOf(stored));
    const takenUuids = new Set(taken?.rows.map(([uuid]) => uuid ?? ''));
    await sendPipelined(db, [
      // Always the same order of tables, so that two partitions that meet do not deadlock.
      ...(suspects ? insertEvents(events, takenUuids) : upsertEvents(events)),
      ...writeCalls(changed, suspects !== null),
      ...writeAgents(presence),
      commit,
    ]);
  } catch (error) {
    await db.query('rollback').catch(() => undefined);
    throw error;
  }
}

/**
 * Does all that {@link project} would with these events, and rolls it back.
 * @returns the refusal, if Postgres does not take their values; null if it does
 * @throws any other failure
 */
export async function dryRunBatch(db: ClientBase, { events, facts, presence }: EventBatch): Promise<Error | null> {
  try {
    const [, stored] = await sendPipelined(db, [begin, readPackedFacts([...facts.keys()])]);
    const changed = foldCalls(facts, packedFactsOf(stored));
    await sendPipelined(db, [
      ...upsertEvents(events),
      ...writeCalls(changed, false),
      ...writeAgents(presence),
      { name: 'check-constraints', text: 'set constraints all immediate' },
    ]);
    return null;
  } catch (error) {
    if (isCallConflict(error)) throw new CallsMoved(1, error);
    if (classify(error) !== 'data') throw error;
    return error as Error;
  } finally {
    await db.query('rollback').catch(() => undefined);
  }
}

/** Without plans that read a whole table: made while it is small, they would be kept while it grows. */
const transactionSettings = (lockTimeoutMs: number): Statement => ({
  name: 'set',
  text: `select set_config('lock_timeout', $1, true), set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
    set_config('enable_mergejoin', 'off', true)`,
  values: [String(lockTimeoutMs)],
});

const begin: Statement = { name: 'begin', text: 'begin' };
export const commit: Statement = { name: 'commit', text: 'commit' };

/** First of all: it locks the partitions for this transaction. */
export const movePositions = (moves: readonly PositionMove[]): Statement => ({
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
export function checkMoved(moves: readonly PositionMove[], answer: StatementResult | undefined): void {
  if (answer?.count === moves.length) return;
  const wanted = moves.map(({ partition, expected }) => `${partition} at offset ${expected}`).join(', ');
  throw new PositionMoved(`Of these partitions, one is elsewhere, or of another version: ${wanted}.`);
}

/** Tells everybody who listens that the tables changed. May be lost; never inside a transaction, where it would serialise commits. */
export async function notifyProjected(db: { query: ClientBase['query'] }): Promise<void> {
  await db.query(`select pg_notify('callstream_projected', '')`);
}
