import type { CallEvent } from '@callstream/domain';
import { importedAfterMs } from '@callstream/domain';
import { timestamp } from '../src/write/timestamp.ts';

const kinds = {
  logged_in: 'actor.logged-in',
  logged_out: 'actor.logged-out',
  paused: 'actor.paused',
  unpaused: 'actor.unpaused',
};

/** The rows of `agents` after these events, each of which is the first delivery of its own. */
export function expectedAgents(events: readonly CallEvent[]): object[] {
  const said = events.filter(({ kind, actor }) => actor !== null && Object.values(kinds).includes(kind));
  const keys = Map.groupBy(said, ({ actor, queue }) => JSON.stringify([actor, queue ?? '']));
  return [...keys].map(([key, of]) => {
    const [actor, queue] = JSON.parse(key) as [string, string];
    const numbered = latest(of.filter(({ number }) => number !== null));
    const delays = of.filter(({ clock }) => clock === 'own').map(({ receivedAt, at }) => receivedAt - at);
    const leastDelay = delays.length === 0 ? null : Math.min(...delays);
    const delay = leastDelay === null || leastDelay < 0 || leastDelay > importedAfterMs ? 0 : leastDelay;
    const updatedAt = Math.max(...of.map(({ receivedAt }) => receivedAt));
    const marks = Object.entries(kinds).flatMap(([name, kind]) => {
      const mark = latest(of.filter((event) => event.kind === kind));
      return [[`${name}_at`, mark ? timestamp(mark.at) : null] as const, [`${name}_id`, mark?.id ?? null] as const];
    });
    return {
      ...{ actor, queue, ...Object.fromEntries<string | number | null>(marks) },
      ...{ number: numbered?.number ?? null, number_at: numbered ? timestamp(numbered.at) : null },
      ...{
        number_id: numbered?.id ?? null,
        updated_at: timestamp(updatedAt),
        least_delay_ms: leastDelay,
        delay_ms: delay,
      },
      heard_at: timestamp(Math.min(updatedAt, Math.max(...of.map(({ at }) => at)) + delay)),
    };
  });
}

/** The event of the greatest time; of several, the first in the log. */
const latest = (events: readonly CallEvent[]): CallEvent | undefined =>
  events.toSorted((a, b) => b.at - a.at || a.id - b.id)[0];
