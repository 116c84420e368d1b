import { hasRingTimedOut, isStale } from '../call-status.ts';
import { isOnCall, isRinging } from '../play/segment-index.ts';
import type { AgentSegment, PresenceRules } from './agent.ts';

/** Time of the latest event of a segment, by the sender's clock; −Infinity if it has none. */
export const lastSegmentEventAt = ({ rangLastAt, enteredLastAt, endedAt }: AgentSegment): number =>
  Math.max(rangLastAt ?? -Infinity, enteredLastAt ?? -Infinity, endedAt ?? -Infinity);

/** The calls that an agent is on, or that ring. */
export interface CallActivity {
  readonly talking: readonly AgentSegment[];
  readonly ringing: readonly AgentSegment[];
  /** Whether the latest segment is open, on a call that is stale. */
  readonly isOnStaleCall: boolean;
  /** When the agent's last call or ring ended, in ms since 1970 by our clock; −Infinity if there was none. */
  readonly endedAt: number;
  /** The end of the last call that the agent was on, without rings; null if there was none. */
  readonly left: CallEnd | null;
}

/** When a call or ring of an agent ended, in ms since 1970. */
interface CallEnd {
  /** By our clock. */
  readonly at: number;
  /** By the sender's clock. */
  readonly ownAt: number;
}

/** Of an agent without segments. */
export const noActivity: CallActivity = {
  talking: [],
  ringing: [],
  isOnStaleCall: false,
  endedAt: -Infinity,
  left: null,
};

interface CallActivityOptions {
  /** ms since 1970. */
  readonly now: number;
  readonly rules: PresenceRules;
  /** The agent's latest log-out of a queue, in ms since 1970; −Infinity if there is none. */
  readonly loggedOutAt: (queue: string) => number;
}

/** @param segments all of one agent */
export function callActivity(segments: readonly AgentSegment[], options: CallActivityOptions): CallActivity {
  const ends = segments.map((segment) => ({ segment, end: endOf(segment, segments, options) }));
  const isOnStale = ({ heardAt }: AgentSegment): boolean =>
    isStale({ finishedAt: null, heardAt }, options.now, options.rules.staleAfterMs);
  const open = ends.flatMap(({ segment, end }) => (end === null && !isOnStale(segment) ? [segment] : []));
  const lastEventAt = Math.max(...segments.map(lastSegmentEventAt));
  return {
    talking: open.filter(isOnCall),
    ringing: open.filter(isRinging),
    isOnStaleCall: ends.some(
      ({ segment, end }) => end === null && isOnStale(segment) && lastSegmentEventAt(segment) === lastEventAt,
    ),
    endedAt: lastEndOf(ends)?.at ?? -Infinity,
    left: lastEndOf(ends.filter(({ segment }) => wasOnCall(segment))),
  };
}

/** Whether the agent was on the call; of an agent who left it, the entry may be missing. */
export const wasOnCall = ({ enteredAt, end }: AgentSegment): boolean => enteredAt !== null || end === 'left';

interface SegmentEndTime {
  readonly segment: AgentSegment;
  /** By the sender's clock; null while it is open. */
  readonly end: number | null;
}

/** The last by our clock; null if none has ended. */
const lastEndOf = (ends: readonly SegmentEndTime[]): CallEnd | null =>
  ends
    .flatMap(({ segment, end }) => (end === null ? [] : [{ at: end + segment.delayMs, ownAt: end }]))
    .reduce<CallEnd | null>((last, end) => (last === null || end.at > last.at ? end : last), null);

/** When a segment ended, by its own call, other calls, a log-out or a time-out; null while it is open. By the sender's clock. */
function endOf(segment: AgentSegment, all: readonly AgentSegment[], options: CallActivityOptions): number | null {
  if (segment.endedAt !== null) return segment.endedAt;
  const { now, rules, loggedOutAt } = options;
  if (segment.enteredLastAt !== null)
    return rules.takeSeveralCalls
      ? null
      : entryElsewhere(segment, all, { after: segment.enteredLastAt, throughQueueOnly: true });
  const rangAt = segment.rangLastAt ?? -Infinity;
  const ends = [entryElsewhere(segment, all, { after: rangAt, throughQueueOnly: false })];
  const logOut = loggedOutAt(segment.queue ?? '');
  if (logOut >= rangAt) ends.push(logOut);
  if (hasRingTimedOut(segment, segment.delayMs, { now, ringMsMax: rules.ringMsMax }))
    ends.push(rangAt + rules.ringMsMax);
  const known = ends.filter((at) => at !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** The agent's first entry to another call after `after`; with `throughQueueOnly`, only to calls of a queue. */
function entryElsewhere(
  { callId }: AgentSegment,
  all: readonly AgentSegment[],
  { after, throughQueueOnly }: { after: number; throughQueueOnly: boolean },
): number | null {
  let first = Infinity;
  for (const segment of all) {
    if (segment.callId === callId || (throughQueueOnly && segment.queue === null)) continue;
    for (const at of [segment.enteredAt, segment.enteredLastAt])
      if (at !== null && at > after) first = Math.min(first, at);
  }
  return first === Infinity ? null : first;
}
