import type { CallEvent } from '@callstream/domain';
import { importedAfterMs } from '@callstream/domain';
import { eventPerFact } from '@callstream/domain/testing/agents';
import { timestamp } from '../src/write/timestamp.ts';

const kinds = {
  logged_in: 'actor.logged-in',
  logged_out: 'actor.logged-out',
  paused: 'actor.paused',
  unpaused: 'actor.unpaused',
};

/** The rows of `agents` after these events, without duplicates. */
export function expectedAgents(events: readonly CallEvent[]): object[] {
  const presenceEvents = events
    .flatMap(eventPerFact)
    .filter(({ kind, actor }) => actor !== null && Object.values(kinds).includes(kind));
  const eventsByKey = Map.groupBy(presenceEvents, ({ actor, queue }) => JSON.stringify([actor, queue ?? '']));
  return [...eventsByKey].map(([key, agentEvents]) => {
    const [actor, queue] = JSON.parse(key) as [string, string];
    const numbered = latest(agentEvents.filter(({ number }) => number !== null));
    const delays = agentEvents.filter(({ clock }) => clock === 'own').map(({ receivedAt, at }) => receivedAt - at);
    const leastDelay = delays.length === 0 ? null : Math.min(...delays);
    const delay = leastDelay === null || leastDelay < 0 || leastDelay > importedAfterMs ? 0 : leastDelay;
    const updatedAt = Math.max(...agentEvents.map(({ receivedAt }) => receivedAt));
    const marks = Object.entries(kinds).flatMap(([name, kind]) => {
      const mark = latest(agentEvents.filter((event) => event.kind === kind));
      return [[`${name}_at`, mark ? timestamp(mark.at) : null] as const, [`${name}_id`, mark?.id ?? null] as const];
    });
    return {
      actor,
      queue,
      ...Object.fromEntries<string | number | null>(marks),
      number: numbered?.number ?? null,
      number_at: numbered ? timestamp(numbered.at) : null,
      number_id: numbered?.id ?? null,
      updated_at: timestamp(updatedAt),
      least_delay_ms: leastDelay,
      delay_ms: delay,
      heard_at: timestamp(Math.min(updatedAt, Math.max(...agentEvents.map(({ at }) => at)) + delay)),
    };
  });
}

/** The event with the latest time; of several, the first in the log. */
const latest = (events: readonly CallEvent[]): CallEvent | undefined =>
  events.toSorted((a, b) => b.at - a.at || a.id - b.id)[0];
