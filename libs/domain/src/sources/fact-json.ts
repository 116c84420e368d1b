import { timeOf } from '../play/fact.ts';
import type { Clock, StatingEvent } from '../play/fact.ts';
import { factTexts } from './source.ts';
import type { StatedFact } from './source.ts';

/** A fact as JSON, in `events.facts` and in lists of events. What it does not state is absent. */
export interface FactJson {
  /** The event's own time as sent, RFC 3339; absent if it has no usable one. */
  readonly own_at?: string | undefined;
  /** The event was imported from a file of the past; absent if it was not. */
  readonly imported?: true | undefined;
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
  readonly reason?: string | undefined;
}

/** All facts of an event as JSON; null if its row states the only one. */
export function factsJson({ facts, ...event }: FactJsonOptions): readonly FactJson[] | null {
  const own_at = event.ownAt === null ? undefined : new Date(event.ownAt).toISOString();
  const common = event.clock === 'imported' ? { own_at, imported: true as const } : { own_at };
  return facts?.map((fact) => factJson(fact, common)) ?? null;
}

interface FactJsonOptions extends Pick<StatingEvent, 'facts' | 'ownAt'> {
  readonly clock?: Clock;
}

function factJson(fact: StatedFact, common: Pick<FactJson, 'own_at' | 'imported'>): FactJson {
  const json: { -readonly [K in keyof FactJson]: FactJson[K] } = { ...common, kind: fact.kind };
  for (const [property, name] of factTexts) json[name] = fact[property] ?? undefined;
  return json;
}

/** The event that states these facts, as far as {@link factsOf} needs it. */
export function eventOfFacts(
  event: Pick<StatingEvent, 'uuid' | 'id' | 'callId' | 'receivedAt'>,
  [first, ...others]: readonly [FactJson, ...FactJson[]],
): StatingEvent {
  const { uuid, id, callId, receivedAt } = event;
  const ownAt = first.own_at === undefined ? null : Date.parse(first.own_at);
  const stated = statedFact(first);
  const facts = [stated, ...others.map(statedFact)];
  return {
    ...stated,
    uuid,
    id,
    callId,
    receivedAt,
    ownAt,
    ...timeOf(ownAt, receivedAt, first.imported === true),
    facts,
  };
}

function statedFact(fact: FactJson): StatedFact {
  const stated = { kind: fact.kind } as { -readonly [K in keyof StatedFact]: StatedFact[K] };
  for (const [property, name] of factTexts) stated[property] = fact[name] ?? null;
  return stated;
}
