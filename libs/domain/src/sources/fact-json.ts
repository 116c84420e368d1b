import { timeOf } from '../play/fact.ts';
import type { StatingEvent } from '../play/fact.ts';
import type { StatedFact } from './source.ts';

/** A fact as JSON, in `events.facts` and in lists of events. What it does not state is absent. */
export interface FactJson {
  /** The event's own time as sent, RFC 3339; absent if it has no usable one. */
  readonly own_at?: string | undefined;
  readonly kind: string;
  readonly actor?: string | undefined;
  readonly queue?: string | undefined;
  readonly code?: string | undefined;
  readonly number?: string | undefined;
  readonly destination?: string | undefined;
  readonly url?: string | undefined;
  readonly direction?: string | undefined;
  readonly our_number?: string | undefined;
  readonly their_number?: string | undefined;
  readonly their_number_type?: string | undefined;
}

/** All facts of an event as JSON; null if its row states the only one. */
export function factsJson({ facts, ownAt }: Pick<StatingEvent, 'facts' | 'ownAt'>): readonly FactJson[] | null {
  const own_at = ownAt === null ? undefined : new Date(ownAt).toISOString();
  return (
    facts?.map((fact) => ({
      own_at,
      kind: fact.kind,
      actor: fact.actor ?? undefined,
      queue: fact.queue ?? undefined,
      code: fact.code ?? undefined,
      number: fact.number ?? undefined,
      destination: fact.destination ?? undefined,
      url: fact.url ?? undefined,
      direction: fact.direction ?? undefined,
      our_number: fact.ourNumber ?? undefined,
      their_number: fact.theirNumber ?? undefined,
      their_number_type: fact.theirNumberType ?? undefined,
    })) ?? null
  );
}

/** The event that states these facts, as far as {@link factsOf} needs it. */
export function eventOfFacts(
  event: Pick<StatingEvent, 'uuid' | 'id' | 'callId' | 'receivedAt'>,
  [first, ...others]: readonly [FactJson, ...FactJson[]],
): StatingEvent {
  const { uuid, id, callId, receivedAt } = event;
  const ownAt = first.own_at === undefined ? null : Date.parse(first.own_at);
  const facts = [first, ...others].map(statedFact);
  return { ...statedFact(first), uuid, id, callId, receivedAt, ownAt, ...timeOf(ownAt, receivedAt), facts };
}

const statedFact = (fact: FactJson): StatedFact => ({
  kind: fact.kind,
  actor: fact.actor ?? null,
  queue: fact.queue ?? null,
  code: fact.code ?? null,
  number: fact.number ?? null,
  destination: fact.destination ?? null,
  url: fact.url ?? null,
  direction: fact.direction ?? null,
  ourNumber: fact.our_number ?? null,
  theirNumber: fact.their_number ?? null,
  theirNumberType: fact.their_number_type ?? null,
});
