import { hasRingTimedOut, isStale } from '../call-status.ts';
import { isOnCall, isRinging } from '../play/life-state.ts';
import type { AgentSegment, PresenceRules } from './agent.ts';

/** Latest word that a segment has of its agent, by the sender's clock. */
export const lastSegmentEventAt = ({ rangLastAt, enteredLastAt, endedAt }: AgentSegment): number =>
  Math.max(rangLastAt ?? -Infinity, enteredLastAt ?? -Infinity, endedAt ?? -Infinity);

/** What an agent is on, of all of their segments. */
export interface CallActivity {
  readonly talking: readonly AgentSegment[];
  readonly ringing: readonly AgentSegment[];
  /** The latest segment is open, on a call that is stale. */
  readonly isLost: boolean;
  /** When the agent's last call or ring was over, in ms since 1970 by our clock; −Infinity if none was. */
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
export function callActivity(segments: readonly AgentSegment[], judging: CallActivityOptions): CallActivity {
  const judged = segments.map((segment) => ({ segment, end: endOf(segment, segments, judging) }));
  const isLost = ({ heardAt }: AgentSegment): boolean =>
    isStale({ finishedAt: null, heardAt }, judging.now, judging.rules.staleAfterMs);
  const open = judged.flatMap(({ segment, end }) => (end === null && !isLost(segment) ? [segment] : []));
  const lastWord = Math.max(...segments.map(lastSegmentEventAt));
  return {
    talking: open.filter(isOnCall),
    ringing: open.filter(isRinging),
    isLost: judged.some(
      ({ segment, end }) => end === null && isLost(segment) && lastSegmentEventAt(segment) === lastWord,
    ),
    endedAt: Math.max(...judged.map(({ segment, end }) => (end ?? -Infinity) + segment.delayMs), -Infinity),
  };
}

/** When a segment was over, by the sender's clock: by its call, or by what is known besides; null while it is not. */
function endOf(segment: AgentSegment, all: readonly AgentSegment[], judging: CallActivityOptions): number | null {
  if (segment.endedAt !== null) return segment.endedAt;
  const { now, rules, loggedOutAt } = judging;
  if (segment.enteredLastAt !== null)
    return rules.takeSeveralCalls
      ? null
      : entryElsewhere(segment, all, { after: segment.enteredLastAt, isByQueue: true });
  const rangAt = segment.rangLastAt ?? -Infinity;
  const ends = [entryElsewhere(segment, all, { after: rangAt, isByQueue: false })];
  const logOut = loggedOutAt(segment.queue ?? '');
  if (logOut >= rangAt) ends.push(logOut);
  if (hasRingTimedOut(segment, segment.delayMs, { now, ringMsMax: rules.ringMsMax }))
    ends.push(rangAt + rules.ringMsMax);
  const known = ends.filter((at) => at !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** The first later entry of the agent to another call; `isByQueue`: to a call of a queue. */
function entryElsewhere(
  { callId }: AgentSegment,
  all: readonly AgentSegment[],
  { after, isByQueue }: { after: number; isByQueue: boolean },
): number | null {
  let first = Infinity;
  for (const other of all) {
    if (other.callId === callId || (isByQueue && other.queue === null)) continue;
    for (const at of [other.enteredAt, other.enteredLastAt]) if (at !== null && at > after) first = Math.min(first, at);
  }
  return first === Infinity ? null : first;
}
