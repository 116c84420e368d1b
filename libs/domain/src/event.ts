import { eventId } from './event-id.ts';
import { timeOf } from './play/fact.ts';
import type { Clock } from './play/fact.ts';
import { defaultOrigin, identityPrefix, originOf } from './sources/origin.ts';
import type { Origin, RecordHints } from './sources/origin.ts';
import { defaultSource, knownSources } from './sources/registry.ts';
import type { Sources } from './sources/registry.ts';
import type { SourceEvent, StatedFact } from './sources/source.ts';
import { storeFacts } from './sources/store-facts.ts';
import { clampTime } from './time.ts';

/** A record that is an event. Its own fields are those of its first fact. */
export interface ParsedEvent extends Origin, StatedFact, Omit<SourceEvent, 'facts' | 'isImported'> {
  readonly isImported: boolean;
  /** All that it states; null: only the first fact, and the tables have all of that in columns and body. */
  readonly facts: readonly StatedFact[] | null;
}

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

/** Parses a record. `problem` says in a sentence why it is not an event; it quotes nothing of the value. */
export function parseEvent(
  value: Uint8Array,
  headers: Origin & RecordHints = defaultOrigin,
  sources: Sources = knownSources,
): { event: ParsedEvent } | { problem: string } {
  if (value.length > eventBytesMax) return { problem: `The event is larger than ${eventBytesMax} bytes.` };
  const origin = originOf(headers);
  if ('problem' in origin) return origin;
  const source = origin.source === null ? defaultSource : sources.get(origin.source);
  if (!source) return { problem: `The source "${origin.source ?? ''}" is not known.` };
  const read = source.read(value, headers.hints ?? null);
  if ('problem' in read) return read;
  // The default source limits its texts while it reads them.
  if (origin === defaultOrigin) return { event: flatten(read, origin) };
  const stored = storeFacts(read, origin.sourceName);
  return 'problem' in stored ? stored : { event: flatten(stored, origin) };
}

/** Written out: object spread takes several times as long, and this runs for every event. */
function flatten(read: SourceEvent, origin: Origin): ParsedEvent {
  const { type, json, callId, at, isTimed, isImported = false, facts, omitted } = read;
  const [first] = facts;
  const isOnlyFact = origin.source === null && facts.length === 1;
  return {
    source: origin.source,
    sourceName: origin.sourceName,
    type,
    json,
    callId,
    kind: first.kind,
    actor: first.actor,
    queue: first.queue,
    code: first.code,
    number: first.number,
    destination: first.destination,
    url: first.url,
    direction: first.direction,
    ourNumber: first.ourNumber,
    theirNumber: first.theirNumber,
    theirNumberType: first.theirNumberType,
    reason: first.reason,
    at,
    isTimed,
    isImported,
    omitted,
    facts: isOnlyFact ? null : facts,
  };
}

/** The Kafka key of an event: events of one key stay in order. Never empty. */
export function recordKey(event: Pick<ParsedEvent, 'callId' | 'actor' | 'code'>, uuid: string): string {
  if (event.callId !== null) return event.callId;
  if (event.actor !== null) return `actor:${event.actor}`;
  if (event.code !== null) return `code:${event.code}`;
  return uuid;
}

/** A record of the log before it is decoded; `source`, `sourceName` and `hints` are its headers. */
export interface RawRecord extends Origin, RecordHints {
  readonly value: Uint8Array | null;
  readonly partition: number;
  readonly offset: number;
  /** ms since 1970: the header `received_at`, else Kafka's own timestamp. */
  readonly receivedAt: number;
  /**
   * UUIDv8 of `prefix` and the value; `withTime`: and of the text of `receivedAt`. Injected, because the domain has no crypto.
   */
  readonly uuidOf: (withTime: boolean, prefix: string) => string;
}

/** Decodes a record of the log: an event, or the reason why it is not one. The only place that decides this. */
export function decode(record: RawRecord, sources = knownSources): { event: CallEvent } | { problem: string } {
  if (record.value === null) return { problem: 'The record has no value.' };
  const parsed = parseEvent(record.value, record, sources);
  if ('problem' in parsed) return parsed;
  const { event } = parsed;
  const receivedAt = clampTime(record.receivedAt);
  return {
    event: {
      ...event,
      id: eventId(record.partition, record.offset),
      uuid: record.uuidOf(!event.isTimed, identityPrefix(event)),
      receivedAt,
      ownAt: event.at,
      ...timeOf(event.at, receivedAt, event.isImported),
    },
  };
}
