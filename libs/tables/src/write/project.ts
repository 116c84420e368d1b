import type { ClientBase } from 'pg';
import { markBuckets } from '../buckets/mark-buckets.ts';
import { classify } from '../connection/classify.ts';
import { sendPipelined } from '../connection/pipeline.ts';
import type { Statement, StatementResult } from '../connection/pipeline.ts';
import { clientOf, sqlOf } from '../connection/tables.ts';
import type { Queryable, TablesConnection } from '../connection/tables.ts';
import { CallsMoved } from '../connection/transaction.ts';
import { noDedupCache } from './dedup-cache.ts';
import type { EventBatch } from './event-batch.ts';
import { foldCalls } from './fold-calls.ts';
import { findEvents, foundEvents, insertEvents, isDuplicateEvent, shouldCopy, upsertEvents } from './insert-events.ts';
import { textArray } from './row-text.ts';
import { writeAgents } from './write-agents.ts';
import { isCallConflict, writeCalls } from './write-calls.ts';
import { EventsMoved, writeSessions } from './write-sessions.ts';
import { checkMoved, movePositions } from './write-positions.ts';
import type { PositionMove } from './position-move.ts';

/** What one transaction writes. */
export interface ProjectOptions {
  /** At most one per partition. */
  readonly moves: readonly PositionMove[];
  /** The events of the records between the old and the new positions. */
  readonly batch: EventBatch;
  /** Longest wait for a row lock, in ms; no limit if not given. */
  readonly lockTimeoutMs?: number;
}

/** Attempts to write a batch while other transactions write the same calls or events. */
const attemptsMax = 10;

/**
 * Writes a batch of events and moves the positions, in one transaction. Events that `dedupCache` does not know are assumed
 * to be new; if one is a duplicate after all, the transaction is repeated with upserts.
 * @throws {PositionMoved}
 * @throws {CallsMoved} if other transactions keep writing the same calls
 */
export async function project(db: TablesConnection, options: ProjectOptions, dedupCache = noDedupCache): Promise<void> {
  const { events } = options.batch;
  let possibleDuplicates = shouldCopy(events) ? dedupCache.possibleDuplicates(events.uuids) : null;
  for (let attempt = 1; ; attempt++) {
    try {
      await projectOnce(clientOf(db), options, possibleDuplicates);
      dedupCache.add(events.uuids);
      return;
    } catch (error) {
      if (isDuplicateEvent(error)) dedupCache.recordMiss();
      else if (!isCallConflict(error) && !(error instanceof EventsMoved)) throw error;
      if (attempt === attemptsMax) throw new CallsMoved(attempt, error);
      possibleDuplicates = null;
    }
  }
}

/** @param possibleDuplicates events of the batch that may be in the tables already; null: upsert everything, copy nothing */
async function projectOnce(
  client: ClientBase,
  { moves, batch, lockTimeoutMs = 0 }: ProjectOptions,
  possibleDuplicates: readonly string[] | null,
): Promise<void> {
  const { events, facts, presence } = batch;
  const lookedUp = possibleDuplicates ?? presence.map(({ uuid }) => uuid);
  try {
    const [, , moved, stored, found] = await sendPipelined(client, [
      begin,
      transactionSettings(lockTimeoutMs),
      movePositions(moves),
      readPackedFacts([...facts.keys()]),
      ...(lookedUp.length > 0 ? [findEvents(lookedUp)] : []),
    ]);
    checkMoved(moves, moved);
    const changed = foldCalls(facts, packedFactsOf(stored));
    const known = foundEvents(found);
    const sessions = writeSessions(presence, known);
    // Always the same order of tables, so that transactions of two partitions cannot deadlock.
    const results = await sendPipelined(client, [
      ...(possibleDuplicates ? insertEvents(events, known) : upsertEvents(events)),
      ...writeCalls(changed, possibleDuplicates !== null),
      ...markBuckets(changed),
      ...writeAgents(presence),
      ...(sessions?.reads ?? [commit]),
    ]);
    if (sessions) await sendPipelined(client, [...(await sessions.writes(client, results)), commit]);
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

/**
 * Does everything that {@link project} would do with these events, and rolls it back.
 * @returns the error if Postgres rejects their values; null if it accepts them
 * @throws any other error
 */
export async function dryRunBatch(
  db: TablesConnection,
  { events, facts, presence }: EventBatch,
): Promise<Error | null> {
  const client = clientOf(db);
  try {
    const [, stored, found] = await sendPipelined(client, [
      begin,
      readPackedFacts([...facts.keys()]),
      findEvents(presence.map(({ uuid }) => uuid)),
    ]);
    const changed = foldCalls(facts, packedFactsOf(stored));
    const sessions = writeSessions(presence, foundEvents(found));
    const results = await sendPipelined(client, [
      ...upsertEvents(events),
      ...writeCalls(changed, false),
      ...writeAgents(presence),
      ...(sessions?.reads ?? []),
    ]);
    const sessionWrites = (await sessions?.writes(client, results)) ?? [];
    await sendPipelined(client, [
      ...sessionWrites,
      { name: 'check-constraints', text: 'set constraints all immediate' },
    ]);
    return null;
  } catch (error) {
    if (isCallConflict(error) || error instanceof EventsMoved) throw new CallsMoved(1, error);
    if (classify(error) !== 'data') throw error;
    return error as Error;
  } finally {
    await client.query('rollback').catch(() => undefined);
  }
}

/** Forbids sequential scans and hash or merge joins: plans made while a table is small would be kept while it grows. */
const transactionSettings = (lockTimeoutMs: number): Statement => ({
  name: 'set',
  text: `select set_config('lock_timeout', $1, true), set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
    set_config('enable_mergejoin', 'off', true)`,
  values: [String(lockTimeoutMs)],
});

const begin: Statement = { name: 'begin', text: 'begin' };
export const commit: Statement = { name: 'commit', text: 'commit' };

/** Reads the packed facts of these calls; {@link packedFactsOf} decodes the result. */
export const readPackedFacts = (callIds: readonly string[]): Statement => ({
  name: 'read-packed-facts',
  text: 'select call_id, facts from calls where call_id = any($1::text[])',
  values: [textArray(callIds)],
});

/** By call_id. */
export const packedFactsOf = (result: StatementResult | undefined): Map<string, string> =>
  new Map(result?.rows.map(([callId, packed]) => [callId ?? '', packed ?? '']));

/** Notifies the listeners that the tables changed. May be lost. Never inside a transaction: it would serialise commits. */
export async function notifyProjected(db: Queryable): Promise<void> {
  await sqlOf(db).query(`select pg_notify('callstream_projected', '')`);
}
