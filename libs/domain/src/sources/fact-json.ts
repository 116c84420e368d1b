import { timeOf } from '../play/fact.ts';
import type { StatingEvent } from '../play/fact.ts';
import { factTexts } from './source.ts';
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
  return facts?.map((fact) => factJson(fact, own_at)) ?? null;
}

function factJson(fact: StatedFact, own_at: string | undefined): FactJson {
  const json: { -readonly [K in keyof FactJson]: FactJson[K] } = { own_at, kind: fact.kind };
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
  return { ...stated, uuid, id, callId, receivedAt, ownAt, ...timeOf(ownAt, receivedAt), facts };
}

function statedFact(fact: FactJson): StatedFact {
  const stated = { kind: fact.kind } as { -readonly [K in keyof StatedFact]: StatedFact[K] };
  for (const [property, name] of factTexts) stated[property] = fact[name] ?? null;
  return stated;
}
