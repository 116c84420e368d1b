import { isOnCall } from '../play/segment-index.ts';
import { presences } from './agent.ts';
import type { AgentSegment, PresenceEvents, PresenceNow, PresenceRules } from './agent.ts';
import { callActivity, lastSegmentEventAt, noActivity } from './call-activity.ts';
import { offCallPresence } from './off-call-presence.ts';

/** All that is known of one agent. */
export interface AgentHistory {
  /** One for each queue that the agent's events named, and one for those that named none. */
  readonly presenceEvents: readonly PresenceEvents[];
  /** Of all calls, as far back as presence can depend on them. */
  readonly segments: readonly AgentSegment[];
}

export interface AgentPresence extends PresenceNow {
  /** call_ids of the calls that the agent is on, or that ring. */
  readonly calls: readonly string[];
  readonly queues: readonly (PresenceNow & { readonly queue: string })[];
}

/** What an agent does now, over all queues and in each of them; `now` in ms since 1970. */
export function presenceOf(
  { presenceEvents, segments }: AgentHistory,
  now: number,
  rules: PresenceRules,
): AgentPresence {
  const eventsIn = (queue: string): PresenceEvents =>
    presenceEvents.find((row) => row.queue === queue) ?? noPresenceEvents(queue);
  const general = eventsIn('');
  const loggedOutAt = (queue: string): number =>
    Math.max(eventsIn(queue).loggedOut?.at ?? -Infinity, general.loggedOut?.at ?? -Infinity);
  const { talking, ringing, isOnStaleCall, endedAt, left } =
    segments.length === 0 ? noActivity : callActivity(segments, { now, rules, loggedOutAt });
  const busy = busyOf(talking, ringing);
  const heardAt = Math.max(...presenceEvents.map((row) => row.heardAt), ...segments.map(segmentHeardAt), -Infinity);
  const firstHeardAt = Math.min(...presenceEvents.map((row) => row.heardAt), ...segments.map(segmentHeardAt));
  const isExpired = rules.presenceStaleMs > 0 && now - heardAt > rules.presenceStaleMs;
  const isUnknownSinceCall =
    isOnStaleCall && lastPresenceEventAt(presenceEvents) <= Math.max(...segments.map(lastSegmentEventAt));
  const inQueue = (queue: string): PresenceNow => {
    if (busy) return busy;
    const offCall = offCallPresence({
      named: eventsIn(queue),
      general: queue === '' ? noPresenceEvents(queue) : general,
      segments,
      endedAt,
      left,
      firstHeardAt,
      now,
      wrapUpMs: rules.wrapUpMs,
    });
    const isUnknown = isUnknownSinceCall || (isExpired && offCall.presence !== 'logged_out');
    return isUnknown ? { presence: 'not_known', since: heardAt } : offCall;
  };
  const queues = queuesOf(presenceEvents, segments).map((queue) => ({ queue, ...inQueue(queue) }));
  const [first] = queues.toSorted((a, b) => presences.indexOf(a.presence) - presences.indexOf(b.presence));
  const { presence, since, until }: PresenceNow = first ?? { presence: 'not_known', since: heardAt };
  const calls = [...new Set([...talking, ...ringing].map(({ callId }) => callId))];
  return { presence, since, ...(until !== undefined && { until }), calls, queues };
}

const noPresenceEvents = (queue: string): PresenceEvents => ({
  actor: '',
  queue,
  loggedIn: null,
  loggedOut: null,
  paused: null,
  unpaused: null,
  heardAt: -Infinity,
  delayMs: 0,
});

/** The queues of an agent. "No queue" ('') is one of them only if there is no other. */
function queuesOf(presenceEvents: readonly PresenceEvents[], segments: readonly AgentSegment[]): string[] {
  const all = new Set([...presenceEvents.map(({ queue }) => queue), ...segments.map(({ queue }) => queue ?? '')]);
  return [...all].filter((queue) => queue !== '' || all.size === 1);
}

function busyOf(talking: readonly AgentSegment[], ringing: readonly AgentSegment[]): PresenceNow | null {
  const firstAt = (segments: readonly AgentSegment[], at: (segment: AgentSegment) => number | null): number =>
    Math.min(...segments.map((segment) => (at(segment) ?? 0) + segment.delayMs));
  if (talking.length > 0) return { presence: 'on_call', since: firstAt(talking, ({ enteredAt }) => enteredAt) };
  if (ringing.length > 0) return { presence: 'ringing', since: firstAt(ringing, ({ rangAt }) => rangAt) };
  return null;
}

/** Time of a segment's last event, by our clock; while the agent is on the call, of the call's last event. */
const segmentHeardAt = (segment: AgentSegment): number =>
  isOnCall(segment) ? segment.heardAt : Math.min(segment.heardAt, lastSegmentEventAt(segment) + segment.delayMs);

const lastPresenceEventAt = (presenceEvents: readonly PresenceEvents[]): number =>
  Math.max(
    ...presenceEvents
      .flatMap(({ loggedIn, loggedOut, paused, unpaused }) => [loggedIn, loggedOut, paused, unpaused])
      .map((stamp) => stamp?.at ?? -Infinity),
    -Infinity,
  );
