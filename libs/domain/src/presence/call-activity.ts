import { hasRingTimedOut, isStale } from '../call-status.ts';
import { isOnCall, isRinging } from '../play/life-state.ts';
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
}

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
    endedAt: Math.max(...ends.map(({ segment, end }) => (end ?? -Infinity) + segment.delayMs), -Infinity),
  };
}

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
