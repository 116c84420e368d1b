import { jsonbSafe, numberSources, readObject, safeText } from './json.ts';
import type { JsonObject } from './json.ts';
import { kindOf, rankOf } from './kinds.ts';
import { clampTime, parseTime } from './time.ts';

/** A body that is an event, with the fields that say which event of what it is. */
export interface ParsedEvent {
  readonly body: JsonObject;
  /** The body as JSON text that jsonb can store. */
  readonly json: string;
  /** As it was sent. */
  readonly type: string;
  /** The documented spelling of `type`. */
  readonly kind: string;
  readonly callId: string | null;
  readonly actor: string | null;
  readonly queue: string | null;
  readonly code: string | null;
  /** The event's own time in ms since 1970; null if it has no usable one. */
  readonly at: number | null;
  /** A field as text: a string, or a number as its source text; null if missing, empty or anything else. */
  readonly text: (field: string) => string | null;
}

/** An event with its place in the log. */
export interface CallEvent extends Omit<ParsedEvent, 'text' | 'at'> {
  /** `offset * 4096 + partition`. */
  readonly id: number;
  readonly uuid: string;
  /** ms since 1970. */
  readonly receivedAt: number;
  /** Its own time, or `receivedAt` if it has no usable one; ms since 1970. */
  readonly at: number;
  /** Of its kind; −1 if that is not known. */
  readonly rank: number;
  readonly number: string | null;
  readonly destination: string | null;
  readonly url: string | null;
  readonly direction: string | null;
  readonly ourNumber: string | null;
  readonly theirNumber: string | null;
  readonly theirNumberType: string | null;
}

/** Longest `type`, `call_id`, `actor`, `queue` and `code`, in bytes of UTF-8: they become keys and index entries. */
export const identifierBytesMax = 512;
const identifiers = ['type', 'call_id', 'actor', 'queue', 'code'] as const;
const bytesOf = (text: string): number => new TextEncoder().encode(text).length;
const isTooLong = (id: string | null): boolean =>
  id !== null && id.length * 3 > identifierBytesMax && bytesOf(id) > identifierBytesMax;

/** Judges whether a body can ever be an event, and if not, says why in a sentence that quotes none of it. */
export function parseEvent(value: Uint8Array): { event: ParsedEvent } | { problem: string } {
  const read = readObject(value);
  if ('problem' in read) return read;
  const { object: body, text: source } = read;
  if (typeof body['type'] !== 'string' || body['type'] === '') return { problem: 'The event has no "type".' };
  const json = jsonbSafe(source);
  // What jsonb takes as it is has no text that would have to be made safe.
  const text = textFields(body, source, json === source ? asItIs : safeText);
  const ids = {
    type: text('type'),
    call_id: text('call_id'),
    actor: text('actor'),
    queue: text('queue'),
    code: text('code'),
  };
  const long = identifiers.find((field) => isTooLong(ids[field]));
  if (long) return { problem: `"${long}" is longer than ${identifierBytesMax} bytes.` };
  const { call_id: callId, actor, queue, code } = ids;
  const type = ids.type ?? '';
  const event: ParsedEvent = {
    body,
    json,
    type,
    kind: kindOf(type),
    callId,
    actor,
    queue,
    code,
    at: parseTime(body['timestamp']),
    text,
  };
  return { event };
}

const asItIs = (text: string): string => text;

function textFields(
  body: JsonObject,
  source: string,
  safe: (text: string) => string,
): (field: string) => string | null {
  let sources: ReadonlyMap<string, string> | undefined;
  return (field) => {
    const value = body[field];
    if (typeof value === 'string') return value === '' ? null : safe(value);
    if (typeof value !== 'number') return null;
    sources ??= numberSources(source);
    return sources.get(field) ?? null;
  };
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

export interface LogEntry {
  readonly value: Uint8Array | null;
  readonly partition: number;
  readonly offset: number;
  /** RFC 3339: the header `received_at`, else Kafka's own timestamp. */
  readonly receivedAt: string;
  /** UUIDv8 over the value, and over `receivedAt` if given. The domain has no crypto of its own. */
  readonly uuidOf: (receivedAt?: string) => string;
}

/** What a record of the log means: an event, or the reason why it is none. Nothing else decides that. */
export function decode(record: LogEntry): { event: CallEvent } | { problem: string } {
  if (record.value === null) return { problem: 'The record has no value.' };
  const parsed = parseEvent(record.value);
  if ('problem' in parsed) return parsed;
  const { text, at, body, json, type, kind, callId, actor, queue, code } = parsed.event;
  const receivedAt = clampTime(Date.parse(record.receivedAt));
  const event: CallEvent = {
    body,
    json,
    type,
    kind,
    callId,
    actor,
    queue,
    code,
    id: eventId(record.partition, record.offset),
    uuid: at === null ? record.uuidOf(record.receivedAt) : record.uuidOf(),
    receivedAt,
    at: at ?? receivedAt,
    rank: rankOf(kind),
    number: text('number'),
    destination: text('destination'),
    url: text('url'),
    direction: text('direction'),
    ourNumber: text('our_number'),
    theirNumber: text('their_number'),
    theirNumberType: text('their_number_type'),
  };
  return { event };
}
