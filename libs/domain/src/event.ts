import { readFields } from './fields.ts';
import type { ParsedEvent } from './fields.ts';
import { parseJsonObject } from './json.ts';
import { clockAheadMsMax } from './play/fact.ts';
import type { Clock } from './play/fact.ts';
import { clampTime } from './time.ts';

/** An event with its place in the log. */
export interface CallEvent extends Omit<ParsedEvent, 'at'> {
  /** `offset * 4096 + partition`. */
  readonly id: number;
  readonly uuid: string;
  /** ms since 1970. */
  readonly receivedAt: number;
  /** Its own time as it was sent, in ms since 1970; null if it has no usable one. */
  readonly ownAt: number | null;
  /** Its own time, or `receivedAt` where that cannot be believed; ms since 1970. */
  readonly at: number;
  readonly clock: Clock;
}

/**
 * Largest event, in bytes. Kafka's own limit is on what is compressed: a batch may hold records of 64 MB, and JSON takes up to two
 * hundred times its size in memory while it is read.
 */
export const eventBytesMax = 2 * 1024 * 1024;

/** Judges whether a body can ever be an event, and if not, says why in a sentence that quotes none of it. */
export function parseEvent(value: Uint8Array): { event: ParsedEvent } | { problem: string } {
  if (value.length > eventBytesMax) return { problem: `The event is larger than ${eventBytesMax} bytes.` };
  const read = parseJsonObject(value);
  if ('problem' in read) return read;
  const { object: body, text: source } = read;
  if (typeof body['type'] !== 'string' || body['type'] === '') return { problem: 'The event has no "type".' };
  return readFields(body, source);
}

/** The Kafka key of an event: what has to stay in order, together. Never empty. */
export function recordKey(event: Pick<ParsedEvent, 'callId' | 'actor' | 'code'>, uuid: string): string {
  if (event.callId !== null) return event.callId;
  if (event.actor !== null) return `actor:${event.actor}`;
  if (event.code !== null) return `code:${event.code}`;
  return uuid;
}

/** Most partitions that an event id has room for. */
export const partitionsMax = 4096;

/** Unique, and the same after every rebuild; a safe integer up to offset 2⁴¹. */
export const eventId = (partition: number, offset: number): number => offset * partitionsMax + partition;

export interface RawRecord {
  readonly value: Uint8Array | null;
  readonly partition: number;
  readonly offset: number;
  /** ms since 1970: the header `received_at`, else Kafka's own timestamp. */
  readonly receivedAt: number;
  /** UUIDv8 over the value, and `withTime` over the text of `receivedAt`. The domain has no crypto of its own. */
  readonly uuidOf: (withTime: boolean) => string;
}

/** What a record of the log means: an event, or the reason why it is none. Nothing else decides that. */
export function decode(record: RawRecord): { event: CallEvent } | { problem: string } {
  if (record.value === null) return { problem: 'The record has no value.' };
  const parsed = parseEvent(record.value);
  if ('problem' in parsed) return parsed;
  const { event } = parsed;
  const receivedAt = clampTime(record.receivedAt);
  return {
    event: {
      ...event,
      id: eventId(record.partition, record.offset),
      uuid: record.uuidOf(!event.isTimed),
      receivedAt,
      ownAt: event.at,
      ...timeOf(event.at, receivedAt),
    },
  };
}

/** When it happened: by its own time, unless it has none or its clock is too far ahead. */
function timeOf(own: number | null, receivedAt: number): Pick<CallEvent, 'at' | 'clock'> {
  if (own === null) return { at: receivedAt, clock: 'none' };
  return own > receivedAt + clockAheadMsMax ? { at: receivedAt, clock: 'ahead' } : { at: own, clock: 'own' };
}
