import type { ClientBase } from 'pg';
import { writeAgents } from './agent-marks.ts';
import { createCallCache } from './call-cache.ts';
import type { CallCache, KnownCall } from './call-cache.ts';
import type { EventBatch } from './event-batch.ts';
import { foldCalls, writeCalls } from './fold-calls.ts';
import { isCopied, isEventTaken, joinEvents, lookFor, upsertEvents } from './join-events.ts';
import { knownCalls, readStored } from './known-calls.ts';
import { createSeenEvents, nothingSeen } from './seen-events.ts';
import type { SeenEvents } from './seen-events.ts';
import { sendTogether } from './send-together.ts';
import type { Answer, Statement } from './send-together.ts';

/** How far a transaction takes one partition. */
export interface Move {
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
export interface Projection {
  /** Each of another partition. */
  readonly moves: readonly Move[];
  /** What the records state that are gone over. */
  readonly batch: EventBatch;
  /** Longest that a row is waited for that somebody else has locked, in ms; for ever if not given. */
  readonly lockTimeoutMs?: number;
}

/** What a projector remembers from one transaction to the next. */
export interface Memory {
  readonly seen: SeenEvents;
  readonly calls: CallCache;
}

export const createMemory = (): Memory => ({ seen: createSeenEvents(), calls: createCallCache() });

/** The tables are not where a move begins: somebody else is ahead, or the projection was swapped. */
export class PositionMoved extends Error {
  override readonly name = 'PositionMoved';
}

/**
 * Writes what the events of a batch change, and moves the positions; all or nothing. Events that were not seen are taken
 * for new.
 * @param memory of the transactions before; without it, everything is looked for in the tables
 * @throws {PositionMoved}
 */
export async function project(db: ClientBase, projection: Projection, memory = noMemory()): Promise<void> {
  const { events } = projection.batch;
  const { seen } = memory;
  try {
    await inOneGo(db, projection, { ...memory, suspects: isCopied(events) ? seen.suspects(events.uuids) : null });
  } catch (error) {
    if (!isEventTaken(error)) throw error;
    seen.surprise();
    await inOneGo(db, projection, { ...memory, suspects: null });
  }
  seen.add(events.uuids);
}

const noMemory = (): Memory => ({ seen: nothingSeen, calls: createCallCache() });

interface Going extends Memory {
  /** Of the events, those that may be there already, or null: whatever is there, all are upserted. */
  readonly suspects: readonly string[] | null;
}

async function inOneGo(
  db: ClientBase,
  { moves, batch, lockTimeoutMs = 0 }: Projection,
  { suspects, calls }: Going,
): Promise<void> {
  const { events, facts, presence } = batch;
  try {
    const cached = calls.begin(moves);
    const missing = [...facts.keys()].filter((callId) => cached(callId) === undefined);
    const [, , moved, stored, taken] = await sendTogether(db, [
      begin,
      { name: `lock-timeout-${lockTimeoutMs}`, text: `set local lock_timeout = ${lockTimeoutMs}` },
      movePositions(moves),
      readStored(missing),
      ...(suspects?.length ? [lookFor(suspects)] : []),
    ]);
    checkMoved(moves, moved);
    checkTables(calls, moved);
    const found = knownCalls(stored);
    const known = (callId: string): KnownCall | undefined => cached(callId) ?? found.get(callId);
    const takenUuids = new Set(taken?.rows.map(([uuid]) => uuid ?? ''));
    const changed = foldCalls(facts, known);
    await sendTogether(db, [
      ...(suspects ? joinEvents(events, takenUuids) : upsertEvents(events)),
      ...writeCalls(changed),
      // After the calls, always: two partitions may meet here, and must not deadlock.
      ...writeAgents(presence),
      commit,
    ]);
    calls.written(moves, changed);
  } catch (error) {
    await db.query('rollback').catch(() => undefined);
    throw error;
  }
}

const begin: Statement = { name: 'begin', text: 'begin' };
export const commit: Statement = { name: 'commit', text: 'commit' };

/** First of all: it locks the partitions for this transaction. */
export const movePositions = (moves: readonly Move[]): Statement => ({
  name: 'move-positions',
  text: `update positions p set next_offset = m.next, last_uuid = m.uuid, last_timestamp = m.at
    from unnest($1::int[], $2::bigint[], $3::int[], $4::bigint[], $5::uuid[], $6::timestamptz[])
      as m (partition, expected, version, next, uuid, at)
    where p.partition = m.partition and p.next_offset = m.expected and p.projection_version = m.version
    returning p.tableoid`,
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

/** What is remembered of other tables does not hold for these. @throws {PositionMoved} if the projection was swapped */
function checkTables(calls: CallCache, moved: Answer | undefined): void {
  if (!calls.areOf(moved?.rows[0]?.[0] ?? ''))
    throw new PositionMoved(
      'The projection was swapped: the calls that are remembered are those of the former tables.',
    );
}

/** Tells everybody who listens that the tables changed. May be lost; never inside a transaction, where it would serialise commits. */
export async function notifyProjected(db: { query: ClientBase['query'] }): Promise<void> {
  await db.query(`select pg_notify('callstream_projected', '')`);
}
