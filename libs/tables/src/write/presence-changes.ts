import type { PresenceDelivery } from './write-agents.ts';

/** A time at which the facts about an agent's presence in a queue have changed; ms since 1970. */
export interface PresenceChange {
  readonly actor: string;
  /** '': all queues of the agent. */
  readonly queue: string;
  readonly at: number;
}

/** What the table has of an event before a batch is written. */
export interface EventBefore {
  /** Event id of its first delivery so far. */
  readonly id: number;
  /** Its time by that delivery, in ms since 1970. */
  readonly at: number;
  readonly deliveries: number;
}

/**
 * What these deliveries change: nothing, if the table has an earlier one of the event. A delivery that is earlier in the log may
 * give the event another time; then the sessions change at the old one too.
 * @param stored by uuid
 */
export const presenceChanges = (
  presence: readonly PresenceDelivery[],
  stored: ReadonlyMap<string, EventBefore>,
): PresenceChange[] =>
  [...Map.groupBy(presence, ({ uuid }) => uuid)].flatMap(([uuid, deliveries]) => {
    const first = deliveries.reduce((a, b) => (a.id <= b.id ? a : b));
    const before = stored.get(uuid);
    if (before && before.id <= first.id) return [];
    const times = new Set([first.at, before?.at ?? first.at]);
    return first.about.flatMap(({ actor, queue }) => [...times].map((at) => ({ actor, queue, at })));
  });
