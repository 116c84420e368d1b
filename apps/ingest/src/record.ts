import type { RecordHeaders } from '@callstream/contracts';
import { recordKey } from '@callstream/domain';
import type { ParsedEvent } from '@callstream/domain';
import { eventUuid } from '@callstream/runtime';

/** An event on its way to the log. */
export interface EventRecord {
  readonly topic: string;
  readonly key: string;
  /** Null as long as Kafka could not be asked how many there are. */
  readonly partition: number | null;
  /** The body, byte for byte. */
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** What it takes on the wire and on disk, in bytes; about. */
  readonly bytes: number;
}

/** What a record takes besides body and key, in bytes: headers and framing. */
const overheadBytes = 400;

export interface AcceptedEvent {
  readonly event: ParsedEvent;
  readonly body: Buffer;
  /** RFC 3339 in UTC, with milliseconds. */
  readonly receivedAt: string;
}

/** The record of an event, and its uuid. `place` knows the partition of a key. */
export function recordOf(
  { event, body, receivedAt }: AcceptedEvent,
  { topic, place }: { topic: string; place: (key: string) => number | null },
): { record: EventRecord; uuid: string } {
  const uuid = event.isTimed ? eventUuid(body) : eventUuid(body, receivedAt);
  const key = recordKey(event, uuid);
  const headers: RecordHeaders = {
    ce_specversion: '1.0',
    ce_id: uuid,
    ce_type: event.type,
    ce_source: '/callstream/ingest',
    ce_time: event.at === null ? receivedAt : new Date(event.at).toISOString(),
    'content-type': 'application/json',
    received_at: receivedAt,
  };
  const bytes = body.length + key.length + overheadBytes;
  return { record: { topic, key, partition: place(key), value: body, headers: { ...headers }, bytes }, uuid };
}
