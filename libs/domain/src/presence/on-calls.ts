import { isStale } from '../derived.ts';
import { isOnCall, isRinging } from '../play/playing.ts';
import type { AgentSegment, PresenceRules } from './agent.ts';

/** Beginning of a segment by the sender's clock; of one whose beginning was never said, its end. */
export const beginningOf = ({ rangAt, enteredAt, endedAt }: AgentSegment): number =>
  rangAt ?? enteredAt ?? endedAt ?? -Infinity;

/** Latest word that a segment has of its agent. */
export const lastWordOf = ({ rangLastAt, enteredAt, endedAt }: AgentSegment): number =>
  Math.max(rangLastAt ?? -Infinity, enteredAt ?? -Infinity, endedAt ?? -Infinity);

const isCallStale = ({ isCallOpen, heardAt }: AgentSegment, now: number, staleAfterMs: number): boolean =>
  isStale({ finishedAt: isCallOpen ? null : 0, heardAt }, now, staleAfterMs);

/** What an agent is on, of all of their segments. */
export interface OnCalls {
  readonly talking: readonly AgentSegment[];
  readonly ringing: readonly AgentSegment[];
  /** The latest segment is open, on a call that is stale. */
  readonly isLost: boolean;
}

/** @param rings whether a ring is not ended by something off the call; `now` ms since 1970 */
export function onCalls(
  segments: readonly AgentSegment[],
  { now, rules, rings }: { now: number; rules: PresenceRules; rings: (segment: AgentSegment) => boolean },
): OnCalls {
  const isLive = (segment: AgentSegment): boolean =>
    segment.isCallOpen && !isCallStale(segment, now, rules.staleAfterMs);
  const wentOn = (segment: AgentSegment, from: number, isThroughQueue: boolean): boolean =>
    segments.some(
      (other) =>
        other.callId !== segment.callId &&
        other.enteredAt !== null &&
        other.enteredAt > from &&
        (!isThroughQueue || other.queue !== null),
    );
  const talking = segments.filter(
    (segment) =>
      isOnCall(segment) &&
      isLive(segment) &&
      (rules.takeSeveralCalls || !wentOn(segment, segment.enteredAt ?? 0, true)),
  );
  const ringing = segments.filter((segment) => {
    const rangAt = segment.rangLastAt ?? 0;
    const isTooLong = now - segment.delayMs - rangAt > rules.ringMsMax;
    return isRinging(segment) && isLive(segment) && !isTooLong && !wentOn(segment, rangAt, false) && rings(segment);
  });
  const latest = segments.reduce<AgentSegment | undefined>(
    (last, one) => (last && lastWordOf(last) >= lastWordOf(one) ? last : one),
    undefined,
  );
  const isLost = latest !== undefined && latest.endedAt === null && isCallStale(latest, now, rules.staleAfterMs);
  return { talking, ringing, isLost };
}
