import type { PresenceEvents, AgentSegment, EventStamp, PresenceNow } from './agent.ts';

/** After a call, a provider unpauses by itself within so long, in ms; belongs to the projection version. */
const unpausedAfterCallMs = 5 * 60_000;
/** Words this soon after a log-out do not undo it, in ms; belongs to the projection version. */
const logoutMsMin = 2_000;

/** What is known of an agent in one queue, off calls. */
export interface OffCallOptions {
  /** What named this queue. */
  readonly named: PresenceEvents;
  /** What named none: it speaks of this queue too. */
  readonly general: PresenceEvents;
  /** Of all calls of the agent. */
  readonly segments: readonly AgentSegment[];
  /** When the agent's last call or ring was over, by our clock; −Infinity if none was. */
  readonly endedAt: number;
  /** When the agent was first heard of, by our clock. */
  readonly firstHeardAt: number;
}

/** Of log-in, log-out, pause and unpause the latest holds; a log-out, until something shows that it does not. */
export function offCallPresence(known: OffCallOptions): PresenceNow {
  const { named, general, endedAt, firstHeardAt } = known;
  const delayMs = Math.max(named.delayMs, general.delayMs);
  const logOut = logOutOf(known);
  if (logOut) return { presence: 'logged_out', since: logOut.at + delayMs };
  const last = (kind: 'loggedIn' | 'loggedOut' | 'paused' | 'unpaused'): EventStamp | null =>
    isLater(named[kind], general[kind]) ? named[kind] : general[kind];
  const paused = last('paused');
  if (paused && [last('loggedIn'), last('loggedOut'), last('unpaused')].every((mark) => isLater(paused, mark)))
    return { presence: 'paused', since: paused.at + delayMs };
  const begun = [last('loggedIn'), last('unpaused')].map((mark) => (mark ? mark.at + delayMs : -Infinity));
  const since = Math.max(...begun, endedAt);
  return { presence: 'available', since: since === -Infinity ? firstHeardAt : since };
}

/** The log-out that holds; of two, the earlier. One by name is undone by nothing that does not name the queue. */
function logOutOf(known: OffCallOptions): EventStamp | null {
  const { named, general } = known;
  const byName = holds(known, named.loggedOut, [named]) ? named.loggedOut : null;
  const ofAll = holds(known, general.loggedOut, [named, general]) ? general.loggedOut : null;
  return byName && ofAll ? (isLater(byName, ofAll) ? ofAll : byName) : (byName ?? ofAll);
}

/** Whether none of these words undoes a log-out, and no call through the queue does. */
function holds(
  { named, segments }: OffCallOptions,
  logOut: EventStamp | null,
  words: readonly PresenceEvents[],
): boolean {
  if (!logOut) return false;
  const isAfter = (at: number | null): boolean => at !== null && at > logOut.at + logoutMsMin;
  const isUndoneBy = ({ loggedIn, paused, unpaused }: PresenceEvents): boolean =>
    !isLater(logOut, loggedIn) ||
    isAfter(paused?.at ?? null) ||
    (unpaused !== null && isAfter(unpaused.at) && !segments.some((segment) => isSoonAfter(segment, unpaused.at)));
  const isSeen = ({ queue, rangLastAt, enteredLastAt }: AgentSegment): boolean =>
    (queue ?? '') === named.queue && (isAfter(rangLastAt) || isAfter(enteredLastAt));
  return !words.some(isUndoneBy) && !segments.some(isSeen);
}

/** Whether an unpause belongs to the end of a call that the agent was on. */
const isSoonAfter = ({ enteredAt, endedAt, end }: AgentSegment, unpausedAt: number): boolean =>
  (enteredAt !== null || end === 'left') &&
  endedAt !== null &&
  unpausedAt >= endedAt &&
  unpausedAt - endedAt <= unpausedAfterCallMs;

/** Of two words of one moment, the later in the log holds. */
const isLater = (a: EventStamp | null, b: EventStamp | null): boolean =>
  b === null || (a !== null && (a.at > b.at || (a.at === b.at && a.id > b.id)));
