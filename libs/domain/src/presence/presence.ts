import { isOnCall } from '../play/life-state.ts';
import { presences } from './agent.ts';
import type { PresenceEvents, AgentSegment, PresenceNow, PresenceRules } from './agent.ts';
import { offCallPresence } from './off-call-presence.ts';
import { lastSegmentEventAt, callActivity } from './call-activity.ts';

/** All that is known of one agent. */
export interface AgentHistory {
  /** One for each queue that the agent's events named, and one for those that named none. */
  readonly marks: readonly PresenceEvents[];
  /** Of all calls, as far back as presence can depend on them. */
  readonly segments: readonly AgentSegment[];
}

export interface AgentPresence extends PresenceNow {
  /** call_ids of the calls that the agent is on, or that ring. */
  readonly calls: readonly string[];
  readonly queues: readonly (PresenceNow & { readonly queue: string })[];
}

/** What an agent does now, over all queues and in each; `now` in ms since 1970. */
export function presenceOf({ marks, segments }: AgentHistory, now: number, rules: PresenceRules): AgentPresence {
  const markedIn = (queue: string): PresenceEvents =>
    marks.find((row) => row.queue === queue) ?? noPresenceEvents(queue);
  const general = markedIn('');
  const { talking, ringing, isLost, endedAt } = callActivity(segments, {
    ...{ now, rules },
    loggedOutAt: (queue) => Math.max(markedIn(queue).loggedOut?.at ?? -Infinity, general.loggedOut?.at ?? -Infinity),
  });
  const busy = busyOf(talking, ringing);
  const heardAt = Math.max(...marks.map((row) => row.heardAt), ...segments.map(heardIn), -Infinity);
  const firstHeardAt = Math.min(...marks.map((row) => row.heardAt), ...segments.map(heardIn));
  const isGone = rules.presenceStaleMs > 0 && now - heardAt > rules.presenceStaleMs;
  const isUnheard = isLost && lastMarkOf(marks) <= Math.max(...segments.map(lastSegmentEventAt));
  const inQueue = (queue: string): PresenceNow => {
    if (busy) return busy;
    const off = offCallPresence({
      ...{ named: markedIn(queue), general: queue === '' ? noPresenceEvents(queue) : general },
      ...{ segments, endedAt, firstHeardAt },
    });
    const isUnknown = isUnheard || (isGone && off.presence !== 'logged_out');
    return isUnknown ? { presence: 'not_known', since: heardAt } : off;
  };
  const queues = queuesOf(marks, segments).map((queue) => ({ queue, ...inQueue(queue) }));
  const [first] = queues.toSorted((a, b) => presences.indexOf(a.presence) - presences.indexOf(b.presence));
  const { presence, since } = first ?? { presence: 'not_known', since: heardAt };
  const calls = [...new Set([...talking, ...ringing].map(({ callId }) => callId))];
  return { presence, since, calls, queues };
}

const noPresenceEvents = (queue: string): PresenceEvents => ({
  ...{ actor: '', queue, heardAt: -Infinity, delayMs: 0 },
  ...{ loggedIn: null, loggedOut: null, paused: null, unpaused: null },
});

/** The queues of an agent; "no queue" only where there is no other. */
function queuesOf(marks: readonly PresenceEvents[], segments: readonly AgentSegment[]): string[] {
  const all = new Set([...marks.map(({ queue }) => queue), ...segments.map(({ queue }) => queue ?? '')]);
  return [...all].filter((queue) => queue !== '' || all.size === 1);
}

function busyOf(talking: readonly AgentSegment[], ringing: readonly AgentSegment[]): PresenceNow | null {
  const since = (of: readonly AgentSegment[], at: (segment: AgentSegment) => number | null): number =>
    Math.min(...of.map((segment) => (at(segment) ?? 0) + segment.delayMs));
  if (talking.length > 0) return { presence: 'on_call', since: since(talking, ({ enteredAt }) => enteredAt) };
  if (ringing.length > 0) return { presence: 'ringing', since: since(ringing, ({ rangAt }) => rangAt) };
  return null;
}

/** When a segment was heard of by our clock; one that the agent is on, as long as its call is. */
const heardIn = (segment: AgentSegment): number =>
  isOnCall(segment) ? segment.heardAt : Math.min(segment.heardAt, lastSegmentEventAt(segment) + segment.delayMs);

const lastMarkOf = (marks: readonly PresenceEvents[]): number =>
  Math.max(
    ...marks
      .flatMap(({ loggedIn, loggedOut, paused, unpaused }) => [loggedIn, loggedOut, paused, unpaused])
      .map((mark) => mark?.at ?? -Infinity),
    -Infinity,
  );
