import { presenceOf } from '../src/index.ts';
import type {
  PresenceEvents,
  AgentPresence,
  AgentSegment,
  Call,
  CallEvent,
  EventStamp,
  PresenceRules,
} from '../src/index.ts';

/** The default settings. */
export const defaultRules: PresenceRules = {
  staleAfterMs: 120 * 60_000,
  ringMsMax: 120_000,
  presenceStaleMs: 12 * 3_600_000,
  wrapUpMs: 0,
  takeSeveralCalls: false,
};

/** An event for each fact of this one, with what the fact says about an agent. */
export const eventPerFact = (event: CallEvent): CallEvent[] =>
  (event.facts ?? [event]).map(({ kind, actor, queue, number }): CallEvent => ({
    ...event,
    kind,
    actor,
    queue,
    number,
  }));

const presenceKinds = {
  'actor.logged-in': 'loggedIn',
  'actor.logged-out': 'loggedOut',
  'actor.paused': 'paused',
  'actor.unpaused': 'unpaused',
} as const;
const isPresenceKind = (kind: string): kind is keyof typeof presenceKinds => Object.hasOwn(presenceKinds, kind);

/** The rows of table `agents` for these events: an independent implementation of its SQL. */
export function presenceEventsOf(events: readonly CallEvent[]): PresenceEvents[] {
  const first = new Map<string, CallEvent>();
  for (const event of events.toSorted((a, b) => a.id - b.id)) if (!first.has(event.uuid)) first.set(event.uuid, event);
  const relevant = [...first.values()]
    .flatMap(eventPerFact)
    .filter(({ kind, actor }) => isPresenceKind(kind) && actor !== null);
  return [...Map.groupBy(relevant, ({ actor, queue }) => `${actor}\0${queue ?? ''}`).values()].map(rowOf);
}

/** @param events of one agent and queue, in the order of the log */
function rowOf(events: CallEvent[]): PresenceEvents {
  const latest: Record<string, EventStamp | null> = { loggedIn: null, loggedOut: null, paused: null, unpaused: null };
  for (const { kind, at, id } of events) {
    const name = isPresenceKind(kind) ? presenceKinds[kind] : '';
    // Of several events of one time, the first in the log counts.
    if (at > (latest[name]?.at ?? -Infinity)) latest[name] = { at, id };
  }
  const delays = events.filter(({ clock }) => clock === 'own').map(({ at, receivedAt }) => receivedAt - at);
  const delay = Math.min(...delays);
  const delayMs = delay > 14 * 3_600_000 ? 0 : Math.max(0, delay);
  const lastReception = Math.max(...events.map(({ receivedAt }) => receivedAt));
  const heard = events.map(({ at, clock }) => (clock === 'own' ? at + delayMs : at));
  const heardAt = Math.min(lastReception, Math.max(...heard));
  const { actor, queue } = events[0] ?? { actor: null, queue: null };
  return { ...(latest as unknown as PresenceEvents), actor: actor ?? '', queue: queue ?? '', heardAt, delayMs };
}

/** The presence of each agent whom events or calls name, sorted by name. */
export function agentsNow(
  events: readonly CallEvent[],
  calls: readonly Call[],
  { now, rules }: { now: number; rules: PresenceRules },
): Map<string, AgentPresence> {
  const segments = calls.flatMap(({ callId, delayMs, heardAt, segments: of }) =>
    of.map((segment): AgentSegment => ({ ...segment, callId, delayMs, heardAt })),
  );
  const presenceEvents = presenceEventsOf(events);
  const actors = new Set([...presenceEvents, ...segments].map(({ actor }) => actor));
  return new Map(
    [...actors].toSorted().map((actor) => {
      const isTheirs = (row: { readonly actor: string }): boolean => row.actor === actor;
      return [
        actor,
        presenceOf(
          { presenceEvents: presenceEvents.filter(isTheirs), segments: segments.filter(isTheirs) },
          now,
          rules,
        ),
      ];
    }),
  );
}
