import { eventId } from '@callstream/domain';
import type { CallEvent } from '@callstream/domain';
import { eventsOf } from '@callstream/domain/testing';
import type { TestDelivery } from '@callstream/domain/testing';
import { severalFactsDelivery } from '@callstream/domain/testing/several-facts';
import fc from 'fast-check';

const noon = Date.UTC(2026, 2, 2, 12);
const timeOf = (second: number): string => new Date(noon + second * 1_000).toISOString();
/** After the own times of all events. */
const late = timeOf(3_600);

export interface PresenceBody {
  readonly type: string;
  /** Since noon. */
  readonly second: number;
  readonly actor: string;
  readonly queue: string | null;
  readonly reason?: string | undefined;
}

const deliveryOf = ({ second, ...body }: PresenceBody, sid: number): TestDelivery => ({
  body: JSON.stringify({ ...body, sid, timestamp: timeOf(second) }),
  receivedAt: timeOf(second + 3_600),
});

/** A log of these events, each received an hour after its time. */
export const presenceLog = (bodies: readonly PresenceBody[]): CallEvent[] => eventsOf(bodies.map(deliveryOf));

const kind = fc.constantFrom('actor.logged-in', 'actor.logged-out', 'actor.paused', 'actor.unpaused');
const actor = fc.constantFrom('ana', 'bia');
const queue = fc.constantFrom('900', '901', null);

/** An event within so many seconds after noon. */
export const presenceBodies = (seconds: number): fc.Arbitrary<PresenceBody> =>
  fc.record({
    type: kind,
    second: fc.nat(seconds),
    actor,
    queue,
    reason: fc.constantFrom(undefined, 'lunch'),
  });

/** What an event of a source with several facts states: about one agent, or within a call about several. */
const severalFacts = fc.record({
  call: fc.constantFrom(undefined, undefined, 'c1'),
  actor,
  facts: fc.array(fc.record({ kind, actor, queue }), { minLength: 1, maxLength: 3 }),
});

const anyEvent = fc.record({
  body: fc.oneof({ weight: 3, arbitrary: presenceBodies(12) }, severalFacts),
  second: fc.nat(12),
  isAhead: fc.boolean(),
  deliveries: fc.array(fc.record({ receivedAfter: fc.nat(24), arrival: fc.nat(10_000) }), {
    minLength: 1,
    maxLength: 3,
  }),
});

/**
 * Logs of two partitions in any order of arrival, with duplicates. An event whose clock is ahead has another time by each
 * delivery: that of its reception, or its own once that is past.
 */
export const presenceLogs = (size: number): fc.Arbitrary<CallEvent[]> =>
  fc.array(anyEvent, { minLength: 1, maxLength: size, size: 'max' }).map((events) =>
    events
      .flatMap(({ body, second, isAhead, deliveries }, sid) =>
        deliveries.map(({ receivedAfter, arrival }) => {
          const receivedAt = isAhead && receivedAfter <= 12 ? timeOf(receivedAfter) : late;
          const ownSecond = isAhead ? second + 600 : second;
          const delivery =
            'facts' in body
              ? severalFactsDelivery(
                  {
                    type: `several ${sid}`,
                    time: timeOf(ownSecond),
                    ...(body.call !== undefined && { call: body.call }),
                    facts: body.facts.map((fact) => ({
                      kind: fact.kind,
                      actor: body.call === undefined ? body.actor : fact.actor,
                      queue: fact.queue ?? undefined,
                    })),
                  },
                  { receivedAt },
                )
              : { ...deliveryOf({ ...body, second: ownSecond }, sid), receivedAt };
          return { delivery, arrival };
        }),
      )
      .map(({ delivery, arrival }, n) => ({ arrival, event: idOf(delivery, n) }))
      .toSorted((a, b) => a.arrival - b.arrival)
      .map(({ event }) => event),
  );

const idOf = (delivery: TestDelivery, n: number): CallEvent => {
  const [event] = eventsOf([delivery]);
  if (!event) throw new Error('No event.');
  return { ...event, id: eventId(n % 2, n) };
};
