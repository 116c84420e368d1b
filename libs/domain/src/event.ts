import { eventId } from './event-id.ts';
import { readFields } from './fields.ts';
import type { ParsedEvent } from './fields.ts';
import { parseJsonObject } from './json.ts';
import { clockAheadMsMax } from './play/fact.ts';
import type { Clock } from './play/fact.ts';
import { clampTime } from './time.ts';

/** An event with its position in the log. */
export interface CallEvent extends Omit<ParsedEvent, 'at'> {
  /** See {@link eventId}. */
  readonly id: number;
  readonly uuid: string;
  /** ms since 1970. */
  readonly receivedAt: number;
  /** Its own time as sent, in ms since 1970; null if it has no usable one. */
  readonly ownAt: number | null;
  /** Its own time, or `receivedAt` where the own time is missing or too far ahead; ms since 1970. */
  readonly at: number;
  readonly clock: Clock;
}

/**
 * Largest event, in bytes. Kafka limits only the compressed size: a batch may decompress to records of 64 MB, and JSON takes up
 * to 200 times its size in memory while it is parsed.
 */
export const eventBytesMax = 2 * 1024 * 1024;

/** Parses a body. `problem` says in a sentence why it is not an event; it quotes nothing of the body. */
export function parseEvent(value: Uint8Array): { event: ParsedEvent } | { problem: string } {
  if (value.length > eventBytesMax) return { problem: `The event is larger than ${eventBytesMax} bytes.` };
  const read = parseJsonObject(value);
  if ('problem' in read) return read;
  const { object: body, text: source } = read;
  if (typeof body['type'] !== 'string' || body['type'] === '') return { problem: 'The event has no "type".' };
  return readFields(body, source);
}

/** The Kafka key of an event: events of one key stay in order. Never empty. */
export function recordKey(event: Pick<ParsedEvent, 'callId' | 'actor' | 'code'>, uuid: string): string {
  if (event.callId !== null) return event.callId;
  if (event.actor !== null) return `actor:${event.actor}`;
  if (event.code !== null) return `code:${event.code}`;
  return uuid;
}

/** A record of the log before it is decoded. */
export interface RawRecord {
  readonly value: Uint8Array | null;
  readonly partition: number;
  readonly offset: number;
  /** ms since 1970: the header `received_at`, else Kafka's own timestamp. */
  readonly receivedAt: number;
  /** UUIDv8 of the value; `withTime`: and of the text of `receivedAt`. Injected, because the domain has no crypto. */
  readonly uuidOf: (withTime: boolean) => string;
}

/** Decodes a record of the log: an event, or the reason why it is not one. The only place that decides this. */
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

/** When the event happened: its own time, unless it has none or its clock is too far ahead. */
function timeOf(own: number | null, receivedAt: number): Pick<CallEvent, 'at' | 'clock'> {
  if (own === null) return { at: receivedAt, clock: 'none' };
  return own > receivedAt + clockAheadMsMax ? { at: receivedAt, clock: 'ahead' } : { at: own, clock: 'own' };
}
