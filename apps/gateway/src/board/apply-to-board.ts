import {
  addsFacts,
  collectFacts,
  decodeRecords,
  emptyFactSet,
  factSet,
  isImportedOnly,
  offsetOf,
  union,
} from '@callstream/domain';
import type { CallEvent, FactSet } from '@callstream/domain';
import { logEntry } from '@callstream/runtime';
import type { LogRecord } from '@callstream/runtime';
import type { StoredCall } from '@callstream/tables';
import { forEachInTurns } from '../scheduling/turns.ts';
import type { CallBoard } from './board.ts';
import type { BoardState } from './board-state.ts';

/** Kinds that can start a call; any other implies history that we lack. */
const startingKinds: ReadonlySet<string> = new Set(['call.new', 'call.standby', 'call.waiting']);

export interface ApplyToBoardOptions {
  readonly state: Pick<BoardState, 'board' | 'progress' | 'expiry'>;
  /** Reads calls from Postgres; null while it is not available. */
  readonly lookUp: (callIds: readonly string[]) => Promise<readonly StoredCall[] | null>;
  readonly onEvents: (events: readonly CallEvent[]) => void;
}

/**
 * Applies records to the board, which are all of one partition. A call that is not on the board is looked up in Postgres first: a recording
 * that comes a day later must not look like a new call. While Postgres is not available, only an event that can start a call
 * adds one, and the rest is noted as missing. What is imported adds no call, and costs no look-up: an import may have millions.
 * @param onApplied called synchronously with the changes: a cursor that is made for them must be behind these records
 */
export async function applyToBoard(
  { state, lookUp, onEvents }: ApplyToBoardOptions,
  records: readonly LogRecord[],
  onApplied: () => void = () => undefined,
): Promise<void> {
  const { board, progress, expiry } = state;
  const events = await decodeInTurns(records);
  const { add, byCall } = collectFacts();
  events.forEach(add);
  const news = [...byCall].filter(([callId, facts]) => !isImportedOnly(facts) || board.get(callId)?.call);
  const { stored, unavailable } = await lookUpUnknown(
    board,
    lookUp,
    news.map(([callId]) => callId),
  );
  for (const [callId, facts] of news) {
    const isPartial = unavailable.has(callId);
    if (isPartial) progress.missing.note(records[0]?.partition ?? 0, offsetOf(facts[0]?.id ?? 0));
    const before = stored.get(callId) ?? emptyFactSet;
    const added = factSet(facts);
    // A redelivery must not bring a call back that has left: no further delta would remove it from the screens.
    const mayAppear = (!isPartial || facts.some(({ kind }) => startingKinds.has(kind))) && addsFacts(before, added);
    if (!mayAppear && !board.get(callId)?.call) continue;
    const entry = board.put(callId, union(before, added), { isPartial });
    if (entry.call) expiry.added(entry.call);
  }
  onApplied();
  onEvents(events);
}

/** An event may have a megabyte, whose numbers take 30 ms. */
async function decodeInTurns(records: readonly LogRecord[]): Promise<CallEvent[]> {
  const events: CallEvent[] = [];
  await forEachInTurns(decodeRecords(records, logEntry), (event) => events.push(event));
  return events;
}

/** The facts in Postgres of the calls that are not on the board, and the calls that could not be looked up. */
async function lookUpUnknown(
  board: CallBoard,
  lookUp: ApplyToBoardOptions['lookUp'],
  callIds: readonly string[],
): Promise<{ stored: ReadonlyMap<string, FactSet>; unavailable: ReadonlySet<string> }> {
  const stored = new Map<string, FactSet>();
  const unavailable = new Set<string>();
  const requested = new Set<string>();
  const isUnknown = (callId: string): boolean => {
    const entry = board.get(callId);
    return !requested.has(callId) && (!entry?.call || entry.isPartial);
  };
  // Repeated, because a call may leave the board during the look-up of others.
  for (let ids = callIds.filter(isUnknown); ids.length > 0; ids = callIds.filter(isUnknown)) {
    const calls = await lookUp(ids);
    for (const callId of ids) {
      requested.add(callId);
      if (calls === null) unavailable.add(callId);
    }
    for (const { callId, facts } of calls ?? []) stored.set(callId, facts);
  }
  return { stored, unavailable };
}
