import { maskEvent } from '../access/mask.ts';
import type { Scope } from '../access/scope.ts';

/** What is told of an event, but for its body. Times are ISO 8601. */
export interface EventMetadata {
  readonly id: number;
  readonly aggregate_id: string;
  readonly uuid: string;
  readonly received_at: string;
  readonly deliveries: number;
  /** Fields of the body that are longer than the tables' limit; null: none is. */
  readonly omitted: readonly string[] | null;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface EventBody {
  readonly type: string;
  /** JSON text; null: it is too large for an answer. */
  readonly json: string | null;
  /** Of all of it, in UTF-8. */
  readonly bytes: number;
}

/** An event as lists and frames have it, as JSON text. The body goes in as the text it is. */
export function eventJson(
  facts: EventMetadata,
  { type, json, bytes }: EventBody,
  { masked }: Pick<Scope, 'masked'>,
): string {
  const shown = json === null ? { ...facts, body_bytes: bytes } : facts;
  const event = json ?? JSON.stringify({ type, call_id: facts.aggregate_id });
  if (masked) return JSON.stringify(maskEvent({ ...shown, event: JSON.parse(event) as unknown }));
  return `${JSON.stringify(shown).slice(0, -1)},"event":${event}}`;
}
