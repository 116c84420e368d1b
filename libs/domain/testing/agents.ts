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

/** The settings of a new installation. */
export const defaultRules: PresenceRules = {
  ...{ staleAfterMs: 120 * 60_000, ringMsMax: 120_000, presenceStaleMs: 12 * 3_600_000, takeSeveralCalls: false },
};

const markKinds = {
  ...{ 'actor.logged-in': 'loggedIn', 'actor.logged-out': 'loggedOut' },
  ...{ 'actor.paused': 'paused', 'actor.unpaused': 'unpaused' },
} as const;
const isMarkKind = (kind: string): kind is keyof typeof markKinds => Object.hasOwn(markKinds, kind);

const importedAfterMs = 14 * 3_600_000;

/** The rows of table `agents` that events make: what its SQL says, said again. */
export function presenceEventsOf(events: readonly CallEvent[]): PresenceEvents[] {
  const first = new Map<string, CallEvent>();
  for (const event of events.toSorted((a, b) => a.id - b.id)) if (!first.has(event.uuid)) first.set(event.uuid, event);
  const words = [...first.values()].filter(({ kind, actor }) => isMarkKind(kind) && actor !== null);
  return [...Map.groupBy(words, ({ actor, queue }) => `${actor}\0${queue ?? ''}`).values()].map(marksOfRow);
}

function marksOfRow(events: CallEvent[]): PresenceEvents {
  const marks: Record<string, EventStamp | null> = { loggedIn: null, loggedOut: null, paused: null, unpaused: null };
  for (const { kind, at, id } of events) {
    const name = isMarkKind(kind) ? markKinds[kind] : '';
    // Of several of one time, the first in the log: they are in its order.
    if (at > (marks[name]?.at ?? -Infinity)) marks[name] = { at, id };
  }
  const delays = events.filter(({ clock }) => clock === 'own').map(({ at, receivedAt }) => receivedAt - at);
  const delay = Math.min(...delays);
  const delayMs = delay > importedAfterMs ? 0 : Math.max(0, delay);
  const lastReception = Math.max(...events.map(({ receivedAt }) => receivedAt));
  const heard = events.map(({ at, clock }) => (clock === 'own' ? at + delayMs : at));
  const heardAt = Math.min(lastReception, Math.max(...heard));
  const { actor, queue } = events[0] ?? { actor: null, queue: null };
  return { ...(marks as unknown as PresenceEvents), actor: actor ?? '', queue: queue ?? '', heardAt, delayMs };
}

/** What each agent does, of whom events or calls say anything; sorted by name. */
export function agentsNow(
  events: readonly CallEvent[],
  calls: readonly Call[],
  { now, rules }: { now: number; rules: PresenceRules },
): Map<string, AgentPresence> {
  const segments = calls.flatMap(({ callId, delayMs, heardAt, segments: of }) =>
    of.map((segment): AgentSegment => ({ ...segment, callId, delayMs, heardAt })),
  );
  const marks = presenceEventsOf(events);
  const actors = new Set([...marks, ...segments].map(({ actor }) => actor));
  return new Map(
    [...actors].toSorted().map((actor) => {
      const isTheirs = (row: { readonly actor: string }): boolean => row.actor === actor;
      return [actor, presenceOf({ marks: marks.filter(isTheirs), segments: segments.filter(isTheirs) }, now, rules)];
    }),
  );
}
