import type { AgentSegment, EventStamp, PresenceEvents, PresenceNow } from './agent.ts';
import { wasOnCall } from './call-activity.ts';
import type { CallActivity } from './call-activity.ts';
import { logoutMsMin } from './session-transition.ts';

/** An unpause this soon after a call may be the provider's own, and undoes no log-out; in ms, belongs to the projection version. */
const unpausedAfterCallMs = 5 * 60_000;

/** What is known of one agent in one queue. */
export interface OffCallOptions extends Pick<CallActivity, 'endedAt' | 'left'> {
  /** ms since 1970. */
  readonly now: number;
  /** `PresenceRules.wrapUpMs` */
  readonly wrapUpMs: number;
  /** Events that named this queue. */
  readonly named: PresenceEvents;
  /** Events that named no queue: they are about this one too. */
  readonly general: PresenceEvents;
  /** Of all calls of the agent. */
  readonly segments: readonly AgentSegment[];
  /** Time of the agent's first event, in ms since 1970 by our clock. */
  readonly firstHeardAt: number;
}

/** Presence of an agent who is on no call: the latest log-in, log-out, pause or unpause, unless a log-out still holds. */
export function offCallPresence(options: OffCallOptions): PresenceNow {
  const { named, general, endedAt, firstHeardAt } = options;
  const delayMs = Math.max(named.delayMs, general.delayMs);
  const logOut = logOutOf(options);
  if (logOut) return { presence: 'logged_out', since: logOut.at + delayMs };
  const last = (kind: 'loggedIn' | 'loggedOut' | 'paused' | 'unpaused'): EventStamp | null =>
    isLater(named[kind], general[kind]) ? named[kind] : general[kind];
  const paused = last('paused');
  // Of several facts of one event, a pause counts last: a log-in may state that it begins with one.
  if (paused && ![last('loggedIn'), last('loggedOut'), last('unpaused')].some((stamp) => isLater(stamp, paused)))
    return { presence: 'paused', since: paused.at + delayMs };
  const begunAt = Math.max(...[last('loggedIn'), last('unpaused')].map((stamp) => stamp?.at ?? -Infinity));
  const wrapUp = wrapUpAfter(options, begunAt);
  if (wrapUp && options.now < wrapUp.until) return wrapUp;
  const since = Math.max(begunAt + delayMs, endedAt, wrapUp?.until ?? -Infinity);
  return { presence: 'available', since: since === -Infinity ? firstHeardAt : since };
}

/**
 * The wrap-up after the last call, unless a later log-in or unpause says that the agent is available again.
 * @param begunAt their latest, by the sender's clock
 */
const wrapUpAfter = ({ left, wrapUpMs }: OffCallOptions, begunAt: number): (PresenceNow & { until: number }) | null =>
  left === null || wrapUpMs === 0 || begunAt > left.ownAt
    ? null
    : { presence: 'wrap_up', since: left.at, until: left.at + wrapUpMs };

/** The log-out that still holds; of two, the earlier. Only events that name the queue undo a log-out that names it. */
function logOutOf(options: OffCallOptions): EventStamp | null {
  const { named, general } = options;
  const byName = holds(options, named.loggedOut, [named]) ? named.loggedOut : null;
  const ofAll = holds(options, general.loggedOut, [named, general]) ? general.loggedOut : null;
  return byName && ofAll ? (isLater(byName, ofAll) ? ofAll : byName) : (byName ?? ofAll);
}

/** Whether neither an event of `undoing` nor a call through the queue undoes a log-out. */
function holds(
  { named, segments }: OffCallOptions,
  logOut: EventStamp | null,
  undoing: readonly PresenceEvents[],
): boolean {
  if (!logOut) return false;
  const isAfter = (at: number | null): boolean => at !== null && at > logOut.at + logoutMsMin;
  const isUndoneBy = ({ loggedIn, paused, unpaused }: PresenceEvents): boolean =>
    !isLater(logOut, loggedIn) ||
    isAfter(paused?.at ?? null) ||
    (unpaused !== null && isAfter(unpaused.at) && !segments.some((segment) => isSoonAfter(segment, unpaused.at)));
  const isUndoneByCall = ({ queue, rangLastAt, enteredLastAt }: AgentSegment): boolean =>
    (queue ?? '') === named.queue && (isAfter(rangLastAt) || isAfter(enteredLastAt));
  return !undoing.some(isUndoneBy) && !segments.some(isUndoneByCall);
}

/** Whether an unpause follows soon after a call that the agent was on. */
const isSoonAfter = (segment: AgentSegment, unpausedAt: number): boolean =>
  wasOnCall(segment) &&
  segment.endedAt !== null &&
  unpausedAt >= segment.endedAt &&
  unpausedAt - segment.endedAt <= unpausedAfterCallMs;

/** By time, then by position in the log. */
const isLater = (a: EventStamp | null, b: EventStamp | null): boolean =>
  b === null || (a !== null && (a.at > b.at || (a.at === b.at && a.id > b.id)));
