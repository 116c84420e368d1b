import { isIdentityTime } from './identity-time.ts';
import { jsonbSafe, numberSources, safeText } from './json.ts';
import type { JsonObject } from './json.ts';
import { kindOf } from './kinds.ts';
import { overLimitAction, textLimits } from './text-limits.ts';
import type { TextField } from './text-limits.ts';
import { parseTime } from './time.ts';

/**
 * A body that is an event. A text field was sent as a string, or as a number whose source text it is. It is null if it was
 * missing, empty, of another type, or omitted because it is too long.
 */
export interface ParsedEvent {
  readonly body: JsonObject;
  /** The body as JSON text that jsonb can store. */
  readonly json: string;
  /** As sent. */
  readonly type: string;
  /** The documented spelling of `type`. */
  readonly kind: string;
  readonly callId: string | null;
  readonly actor: string | null;
  readonly queue: string | null;
  readonly code: string | null;
  readonly number: string | null;
  readonly destination: string | null;
  readonly url: string | null;
  readonly direction: string | null;
  readonly ourNumber: string | null;
  readonly theirNumber: string | null;
  readonly theirNumberType: string | null;
  /** The event's own time in ms since 1970; null if it has no usable one. */
  readonly at: number | null;
  /** Whether its identity is computed without the reception, because it has an {@link isIdentityTime}. */
  readonly isTimed: boolean;
  /** Fields that are null because they exceed {@link textLimits}; null if none does. */
  readonly omitted: readonly TextField[] | null;
}

type MutableEvent = { -readonly [K in keyof ParsedEvent]: ParsedEvent[K] };

const emptyFields = {
  type: '',
  kind: '',
  callId: null,
  actor: null,
  queue: null,
  code: null,
  number: null,
  destination: null,
  url: null,
  direction: null,
  ourNumber: null,
  theirNumber: null,
  theirNumberType: null,
  at: null,
  isTimed: false,
  omitted: null,
};

/**
 * Reads the fields of `body` in one loop over its keys. A lookup of each field takes four times as long, because bodies have
 * many shapes (hidden classes).
 * @param source the JSON text of `body`
 */
export function readFields(body: JsonObject, source: string): { event: ParsedEvent } | { problem: string } {
  const json = jsonbSafe(source);
  const overLong: OverLongFields = { refused: null, omitted: null };
  const textOf = createTextReader({ source, json, overLong });
  const event: MutableEvent = { body, json, ...emptyFields };
  // Objects from JSON.parse inherit no enumerable keys.
  for (const key in body) {
    const value = body[key];
    switch (key) {
      case 'type':
        event.type = textOf(value, key) ?? '';
        break;
      case 'call_id':
        event.callId = textOf(value, key);
        break;
      case 'actor':
        event.actor = textOf(value, key);
        break;
      case 'queue':
        event.queue = textOf(value, key);
        break;
      case 'code':
        event.code = textOf(value, key);
        break;
      case 'number':
        event.number = textOf(value, key);
        break;
      case 'destination':
        event.destination = textOf(value, key);
        break;
      case 'url':
        event.url = textOf(value, key);
        break;
      case 'direction':
        event.direction = textOf(value, key);
        break;
      case 'our_number':
        event.ourNumber = textOf(value, key);
        break;
      case 'their_number':
        event.theirNumber = textOf(value, key);
        break;
      case 'their_number_type':
        event.theirNumberType = textOf(value, key);
        break;
      case 'timestamp':
        ({ at: event.at, isTimed: event.isTimed } = timeOf(value));
        break;
    }
  }
  const { refused, omitted } = overLong;
  if (refused !== null) return { problem: `"${refused}" is longer than ${textLimits[refused].bytesMax} bytes.` };
  event.kind = kindOf(event.type);
  event.omitted = omitted;
  return { event };
}

let lastTime: { value: unknown; at: number | null; isTimed: boolean } = { value: undefined, at: null, isTimed: false };

/** Caches the last time: senders write whole seconds, so consecutive events often have the same. */
function timeOf(value: unknown): Pick<ParsedEvent, 'at' | 'isTimed'> {
  if (value !== lastTime.value) lastTime = { value, at: parseTime(value), isTimed: isIdentityTime(value) };
  return lastTime;
}

/** Fields that exceed their limit: the first that makes the body no event, and all that are omitted. */
interface OverLongFields {
  refused: TextField | null;
  omitted: TextField[] | null;
}

interface TextReaderOptions {
  readonly source: string;
  readonly json: string;
  /** Filled while fields are read. */
  readonly overLong: OverLongFields;
}

/** Returns a function that reads a field as a text that the tables can store. */
function createTextReader({
  source,
  json,
  overLong,
}: TextReaderOptions): (value: unknown, field: TextField) => string | null {
  // If jsonb can store the source as it is, so it can each text in it.
  const safe = json === source ? unchanged : safeText;
  let sources: ReadonlyMap<string, string> | undefined;
  const read = (value: unknown, field: TextField): string | null => {
    if (typeof value === 'string') return value === '' ? null : safe(value);
    if (typeof value !== 'number') return null;
    sources ??= numberSources(source);
    return sources.get(field) ?? null;
  };
  return (value, field) => {
    const text = read(value, field);
    const action = text === null ? null : overLimitAction(field, text);
    if (action === null) return text;
    if (action === 'refused') overLong.refused ??= field;
    else (overLong.omitted ??= []).push(field);
    return null;
  };
}

const unchanged = (text: string): string => text;
