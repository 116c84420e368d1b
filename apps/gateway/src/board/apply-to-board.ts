import { decode, factSet, factsOf, emptyFactSet, partitionsMax, addsFacts, union } from '@callstream/domain';
import type { CallEvent, Fact, FactSet } from '@callstream/domain';
import { logEntry } from '@callstream/runtime';
import type { LogRecord } from '@callstream/runtime';
import type { StoredCall } from '@callstream/tables';
import type { CallBoard } from './board.ts';
import type { Expiry } from './expiry.ts';
import type { BoardProgress } from './progress.ts';

/** Kinds that can start a call; any other implies history that we lack. */
const opening: ReadonlySet<string> = new Set(['call.new', 'call.standby', 'call.waiting']);

/** What a batch states about one call. */
interface CallUpdate {
  readonly facts: Fact[];
  opens: boolean;
  readonly firstOffset: number;
}

export interface ApplyToBoardOptions {
  readonly board: CallBoard;
  readonly progress: BoardProgress;
  readonly leaving: Expiry;
  /** What Postgres has of calls; null while it is away. */
  readonly lookUp: (callIds: readonly string[]) => Promise<readonly StoredCall[] | null>;
  readonly onEvents: (events: readonly CallEvent[]) => void;
}

/**
 * Applies records of one partition to the board. A call that is not on it is first looked up in Postgres: a
 * recording that comes a day later must not look like a new call. While Postgres is away, only what begins a call opens
 * one, and what is left out is noted as missing. `onBoard` is called in the very turn in which they come to the board: who is told
 * of them is given a cursor behind them.
 */
export async function applyToBoard(
  applying: ApplyToBoardOptions,
  partition: number,
  records: readonly LogRecord[],
  onBoard: () => void = () => undefined,
): Promise<void> {
  const { board, progress, leaving, onEvents } = applying;
  const events = eventsIn(records);
  const all = statedIn(events);
  const { known, unsure } = await lookUpUnknown(applying, [...all.keys()]);
  for (const [callId, { facts, opens, firstOffset }] of all) {
    const partial = unsure.has(callId);
    if (partial) progress.missed(partition, firstOffset);
    const [before, said] = [known.get(callId) ?? emptyFactSet, factSet(facts)];
    // A call that has left does not come back by an event that is delivered again: nobody would be told of it.
    const mayCome = (!partial || opens) && addsFacts(before, said);
    if (!mayCome && !board.get(callId)?.call) continue;
    const entry = board.put(callId, union(before, said), { partial });
    if (entry.call) leaving.came(entry.call);
  }
  onBoard();
  onEvents(events);
}

/** What Postgres has of the calls that are not on the board; and of which it could not be asked. */
async function lookUpUnknown(
  { board, lookUp }: Pick<ApplyToBoardOptions, 'board' | 'lookUp'>,
  callIds: readonly string[],
): Promise<{ known: ReadonlyMap<string, FactSet>; unsure: ReadonlySet<string> }> {
  const known = new Map<string, FactSet>();
  const unsure = new Set<string>();
  const asked = new Set<string>();
  const isUnknown = (callId: string): boolean => {
    const entry = board.get(callId);
    return !asked.has(callId) && (!entry?.call || entry.partial);
  };
  // Again, because a call may leave the board while others are asked for.
  for (let ids = callIds.filter(isUnknown); ids.length > 0; ids = callIds.filter(isUnknown)) {
    const found = await lookUp(ids);
    for (const callId of ids) {
      asked.add(callId);
      if (found === null) unsure.add(callId);
    }
    for (const { callId, facts } of found ?? []) known.set(callId, facts);
  }
  return { known, unsure };
}

const eventsIn = (records: readonly LogRecord[]): CallEvent[] =>
  records.flatMap((record) => {
    const decoded = decode(logEntry(record));
    // What is no event, the projector puts aside.
    return 'event' in decoded ? [decoded.event] : [];
  });

function statedIn(events: readonly CallEvent[]): Map<string, CallUpdate> {
  const all = new Map<string, CallUpdate>();
  for (const event of events) {
    const { callId } = event;
    if (callId === null) continue;
    const stated = all.get(callId) ?? { facts: [], opens: false, firstOffset: Math.floor(event.id / partitionsMax) };
    stated.facts.push(...factsOf(event));
    stated.opens ||= opening.has(event.kind);
    all.set(callId, stated);
  }
  return all;
}
