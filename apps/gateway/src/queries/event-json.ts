import { maskEvent } from '../access/mask.ts';
import type { Scope } from '../access/scope.ts';

/** An event in a list or a frame, without its body. Times are ISO 8601. */
export interface EventMetadata {
  readonly id: number;
  readonly aggregate_id: string;
  readonly uuid: string;
  readonly received_at: string;
  readonly deliveries: number;
  /** Fields of the body that are too long for their column in the tables; null: none. */
  readonly omitted: readonly string[] | null;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface EventBody {
  readonly type: string;
  /** JSON text; null: it is too large for a response. */
  readonly json: string | null;
  /** Length of the whole body, in UTF-8. */
  readonly bytes: number;
}

/** An event as JSON text, as in lists and frames. The body is inserted as text, without being parsed, unless it is masked. */
export function eventJson(
  metadata: EventMetadata,
  { type, json, bytes }: EventBody,
  { masked }: Pick<Scope, 'masked'>,
): string {
  const fields = json === null ? { ...metadata, body_bytes: bytes } : metadata;
  const event = json ?? JSON.stringify({ type, call_id: metadata.aggregate_id });
  if (masked) return JSON.stringify(maskEvent({ ...fields, event: JSON.parse(event) as unknown }));
  return `${JSON.stringify(fields).slice(0, -1)},"event":${event}}`;
}
