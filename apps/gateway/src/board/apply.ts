import { callOf, decode, join, partitionsMax } from '@callstream/domain';
import type { Call, CallEvent } from '@callstream/domain';
import { logEntry } from '@callstream/runtime';
import type { LogRecord } from '@callstream/runtime';
import type { Board } from './board.ts';
import type { Leaving } from './leaving.ts';
import type { Progress } from './progress.ts';

/** Events that begin a call: before any other there is more to be known of the call. */
const opening: ReadonlySet<string> = new Set(['call.new', 'call.standby', 'call.waiting']);

/** What a batch says of one call. */
interface Said {
  call: Call;
  opens: boolean;
  readonly firstOffset: number;
}

export interface Applying {
  readonly board: Board;
  readonly progress: Progress;
  readonly leaving: Leaving;
  /** What Postgres has of calls; null while it is away. */
  readonly lookUp: (callIds: readonly string[]) => Promise<readonly Call[] | null>;
  readonly onEvents: (events: readonly CallEvent[]) => void;
}

/**
 * Joins records of one partition into the board. A call that is not on it is first joined with what Postgres has: a
 * recording that comes a day later must not look like a new call. While Postgres is away, only what begins a call opens
 * one, and what is left out is noted as missing. `onBoard` is called in the very turn in which they come to the board: who is told
 * of them is given a cursor behind them.
 */
export async function apply(
  applying: Applying,
  partition: number,
  records: readonly LogRecord[],
  onBoard: () => void = () => undefined,
): Promise<void> {
  const { board, progress, leaving, onEvents } = applying;
  const events = eventsIn(records);
  const all = sayings(events);
  const { known, unsure } = await lookUpUnknown(applying, [...all.keys()]);
  for (const [callId, { call, opens, firstOffset }] of all) {
    const partial = unsure.has(callId);
    if (partial) progress.missed(partition, firstOffset);
    if (partial && !opens && !board.get(callId)?.call) continue;
    const stored = known.get(callId);
    const entry = board.put(stored ? join(stored, call) : call, { partial });
    if (entry.call) leaving.came(entry.call);
  }
  onBoard();
  onEvents(events);
}

/** What Postgres has of the calls that are not on the board; and of which it could not be asked. */
async function lookUpUnknown(
  { board, lookUp }: Pick<Applying, 'board' | 'lookUp'>,
  callIds: readonly string[],
): Promise<{ known: ReadonlyMap<string, Call>; unsure: ReadonlySet<string> }> {
  const known = new Map<string, Call>();
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
    for (const call of found ?? []) known.set(call.callId, call);
  }
  return { known, unsure };
}

const eventsIn = (records: readonly LogRecord[]): CallEvent[] =>
  records.flatMap((record) => {
    const decoded = decode(logEntry(record));
    // What is no event, the projector puts aside.
    return 'event' in decoded ? [decoded.event] : [];
  });

function sayings(events: readonly CallEvent[]): Map<string, Said> {
  const all = new Map<string, Said>();
  for (const event of events) {
    const call = callOf(event);
    if (!call) continue;
    const opens = opening.has(event.kind);
    const said = all.get(call.callId);
    if (said) Object.assign(said, { call: join(said.call, call), opens: said.opens || opens });
    else all.set(call.callId, { call, opens, firstOffset: Math.floor(event.id / partitionsMax) });
  }
  return all;
}
