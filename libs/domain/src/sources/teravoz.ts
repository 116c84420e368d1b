import { isIdentityTime } from '../identity-time.ts';
import { jsonbSafe, numberSources, parseJsonObject, safeText } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { kindOf } from '../kinds.ts';
import { limitText, refusalOf } from '../text-limits.ts';
import type { OverLongFields, TextField } from '../text-limits.ts';
import { parseTime } from '../time.ts';
import type { Source, SourceEvent, StatedFact } from './source.ts';

/** Webhooks of Teravoz: a JSON object whose keys are the fields of one fact. */
export const teravoz: Source = {
  name: 'teravoz',
  read: (value) => {
    const read = parseJsonObject(value);
    if ('problem' in read) return read;
    const { object: body, text } = read;
    if (typeof body['type'] !== 'string' || body['type'] === '') return { problem: 'The event has no "type".' };
    return readFields(body, text);
  },
};

/** The text fields of a body; each index is that of its text in {@link readFields}. */
const textFields = [
  'type',
  'call_id',
  'actor',
  'queue',
  'code',
  'number',
  'destination',
  'url',
  'direction',
  'our_number',
  'their_number',
  'their_number_type',
  'reason',
] as const satisfies TextField[];
const fieldIndexes = new Map<string, number>(textFields.map((field, i) => [field, i]));

/**
 * Reads the fields of `body` in one loop over its keys. A lookup of each field takes four times as long, because bodies have
 * many shapes (hidden classes).
 * @param source the JSON text of `body`
 */
function readFields(body: JsonObject, source: string): SourceEvent | { readonly problem: string } {
  const json = jsonbSafe(source);
  const overLong: OverLongFields = { refused: null, omitted: null };
  const textOf = createTextReader({ source, json, overLong });
  const texts: (string | null)[] = [null, null, null, null, null, null, null, null, null, null, null, null, null];
  let time = noTime;
  // Objects from JSON.parse inherit no enumerable keys.
  for (const key in body) {
    const index = fieldIndexes.get(key);
    if (index !== undefined) texts[index] = textOf(body[key], key as TextField);
    else if (key === 'timestamp') time = timeOf(body[key]);
  }
  if (overLong.refused !== null) return refusalOf(overLong.refused);
  const type = texts[0] ?? '';
  const fact: StatedFact = {
    kind: kindOf(type),
    actor: texts[2] ?? null,
    queue: texts[3] ?? null,
    code: texts[4] ?? null,
    number: texts[5] ?? null,
    destination: texts[6] ?? null,
    url: texts[7] ?? null,
    direction: texts[8] ?? null,
    ourNumber: texts[9] ?? null,
    theirNumber: texts[10] ?? null,
    theirNumberType: texts[11] ?? null,
    reason: texts[12] ?? null,
  };
  const callId = texts[1] ?? null;
  return { type, json, callId, at: time.at, isTimed: time.isTimed, facts: [fact], omitted: overLong.omitted };
}

let lastTime: { value: unknown; at: number | null; isTimed: boolean } = { value: undefined, at: null, isTimed: false };

/** Caches the last time: senders write whole seconds, so consecutive events often have the same. */
function timeOf(value: unknown): Pick<SourceEvent, 'at' | 'isTimed'> {
  if (value !== lastTime.value) lastTime = { value, at: parseTime(value), isTimed: isIdentityTime(value) };
  return lastTime;
}
const noTime: Pick<SourceEvent, 'at' | 'isTimed'> = { at: null, isTimed: false };

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
    return text === null ? null : limitText(text, field, overLong);
  };
}

const unchanged = (text: string): string => text;
