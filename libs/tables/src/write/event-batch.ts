import { collectFacts, isPresenceFact } from '@callstream/domain';
import type { CallEvent, FactsByCall } from '@callstream/domain';
import { createEventLines } from './event-lines.ts';
import type { EventLines } from './event-lines.ts';
import type { PresenceDelivery } from './write-agents.ts';

/** The events of a batch, ready to be written. */
export interface EventBatch {
  readonly events: EventLines;
  /** By call_id. May contain duplicates, and facts that the tables have already. */
  readonly facts: FactsByCall;
  /** Deliveries of events about agents, outside of calls. */
  readonly presence: readonly PresenceDelivery[];
}

export interface EventBatchBuilder {
  readonly add: (event: CallEvent) => void;
  /** Call it once, at the end. */
  readonly batch: () => EventBatch;
}

const aboutOf = (event: CallEvent): PresenceDelivery['about'] =>
  (event.facts ?? [event]).flatMap((fact) =>
    isPresenceFact(fact) ? [{ actor: fact.actor ?? '', queue: fact.queue ?? '' }] : [],
  );

export function createEventBatch(): EventBatchBuilder {
  const events = createEventLines();
  const facts = collectFacts();
  const presence: PresenceDelivery[] = [];
  return {
    add: (event) => {
      events.add(event);
      facts.add(event);
      // Facts about presence come first, so the first fact of an event shows whether it states one.
      if (isPresenceFact(event)) presence.push({ uuid: event.uuid, id: event.id, at: event.at, about: aboutOf(event) });
    },
    batch: () => ({ events: events.lines(), facts: facts.byCall, presence }),
  };
}
