import type { RecordHeaders } from '@callstream/contracts';
import { identityPrefix, recordKey } from '@callstream/domain';
import type { ParsedEvent } from '@callstream/domain';
import { eventUuid } from '@callstream/runtime';

/** The record of an event, before it is in the log. */
export interface EventRecord {
  readonly topic: string;
  readonly key: string;
  /** Null until the number of partitions was read from Kafka. */
  readonly partition: number | null;
  /** The body, byte for byte. */
  readonly value: Buffer;
  readonly headers: Pick<RecordHeaders, keyof RecordHeaders>;
  /** Approximate size on the wire and on disk, in bytes. */
  readonly bytes: number;
}

/** Approximate size of headers and framing, in bytes. */
const overheadBytes = 400;

export interface AcceptedEvent {
  readonly event: ParsedEvent;
  readonly body: Buffer;
  /** Header `hints` of the record; null: none. */
  readonly hints: string | null;
  /** Of the body. */
  readonly contentType: string;
  /** RFC 3339 in UTC, with milliseconds. */
  readonly receivedAt: string;
}

/** The partition of a key; null until the number of partitions was read from Kafka. */
export type PartitionOf = (key: string) => number | null;

const hourMs = 3_600_000;
const minuteMs = 60_000;
let lastHour = { startsAt: NaN, text: '' };

/** RFC 3339, as `toISOString`, which takes five times as long. Caches the last hour: consecutive events often are of the same. */
export function isoTime(time: number): string {
  const ms = Math.trunc(time);
  const startsAt = Math.floor(ms / hourMs) * hourMs;
  if (startsAt !== lastHour.startsAt)
    lastHour = { startsAt, text: new Date(startsAt).toISOString().slice(0, 'yyyy-mm-ddThh:'.length) };
  const inHour = ms - startsAt;
  // 1, minutes, seconds and milliseconds: 1mmssfff.
  const digits = String(10_000_000 + Math.trunc(inHour / minuteMs) * 100_000 + (inHour % minuteMs));
  return `${lastHour.text}${digits.slice(1, 3)}:${digits.slice(3, 5)}.${digits.slice(5)}Z`;
}

/** The record of an event, and the event's uuid. */
export function recordOf(
  { event, body, hints, contentType, receivedAt }: AcceptedEvent,
  { topic, partitionOf }: { topic: string; partitionOf: PartitionOf },
): { record: EventRecord; uuid: string } {
  const { source, sourceName } = event;
  const uuid = eventUuid(body, event.isTimed ? undefined : receivedAt, identityPrefix(event));
  const key = recordKey(event, uuid);
  const headers: RecordHeaders = {
    ce_specversion: '1.0',
    ce_id: uuid,
    ce_type: event.type,
    ce_source: '/callstream/ingest',
    ce_time: event.at === null ? receivedAt : isoTime(event.at),
    'content-type': contentType,
    received_at: receivedAt,
    // Records of the default source have none of these: they stay the same byte for byte.
    ...(source !== null && { source }),
    ...(sourceName !== null && { source_name: sourceName }),
    ...(hints !== null && { hints }),
  };
  const bytes = body.length + key.length + (hints?.length ?? 0) + overheadBytes;
  return { record: { topic, key, partition: partitionOf(key), value: body, headers, bytes }, uuid };
}
