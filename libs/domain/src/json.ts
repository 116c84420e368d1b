export type JsonObject = Readonly<Record<string, unknown>>;

/** Deepest nesting of an event; a flat object has 1. */
const nestingMax = 32;

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Parses a JSON object from UTF-8; `problem` says in one sentence why it cannot. A leading byte order mark is skipped. */
export function parseJsonObject(bytes: Uint8Array): { object: JsonObject; text: string } | { problem: string } {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return { problem: 'The body is not UTF-8.' };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: 'The body is not JSON.' };
  }
  if (!isObject(value)) return { problem: 'The body is not a JSON object.' };
  const problem = structureProblem(value, 1);
  return problem === null ? { object: value, text } : { problem };
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function structureProblem(value: object, depth: number): string | null {
  if (depth > nestingMax) return `The body is nested deeper than ${nestingMax} levels.`;
  // Objects from JSON.parse inherit no enumerable keys, and Object.entries would allocate an array for every event.
  for (const key in value) {
    const item = (value as JsonObject)[key];
    if (forbiddenKeys.has(key)) return `The body has a key "${key}", which is not allowed.`;
    const problem = typeof item === 'object' && item !== null ? structureProblem(item, depth + 1) : null;
    if (problem !== null) return problem;
  }
  return null;
}

/** The source text of each number at the top level of the object: `1.10` stays `1.10`. */
export function numberSources(text: string): ReadonlyMap<string, string> {
  const found: { holder: unknown; key: string; source: string }[] = [];
  const root: unknown = parseWithSource(text, function (key, value, source) {
    if (typeof value === 'number' && source !== undefined) found.push({ holder: this, key, source });
    return value;
  });
  return new Map(found.filter(({ holder }) => holder === root).map(({ key, source }) => [key, source]));
}

const digitsMax = 40;
const exponentMax = 300;

/** `text`, a JSON object, as JSON text that jsonb can store; almost always unchanged. */
export function jsonbSafe(text: string): string {
  return mayBeUnsafe(text) ? JSON.stringify(parseWithSource(text, safeValue)) : text;
}

const refusedEscape = /\\u(?:0000|[dD][89a-fA-F])/;
const largeExponent = /[\d.][eE][+-]?\d{3}/;

/**
 * Whether it may have escapes that jsonb refuses, or numbers that jsonb expands: 54 kB of `1e131071` become 786 MB when read.
 * May be true for safe texts, too. On the hot path: one regular expression for everything takes ten times as long.
 */
const mayBeUnsafe = (text: string): boolean =>
  (text.includes('\\') && refusedEscape.test(text)) || largeExponent.test(text) || hasManyDigits(text);

/** Whether it has more than {@link digitsMax} consecutive digits and dots. Such a run includes one of the sampled indexes. */
function hasManyDigits(text: string): boolean {
  for (let i = digitsMax; i < text.length; i += digitsMax + 1) {
    if (!isDigit(text, i)) continue;
    let [first, last] = [i, i];
    while (isDigit(text, first - 1)) first--;
    while (isDigit(text, last + 1)) last++;
    if (last - first >= digitsMax) return true;
  }
  return false;
}

function isDigit(text: string, i: number): boolean {
  const char = text.charCodeAt(i);
  return (char >= 0x30 && char <= 0x39) || char === 0x2e;
}

function safeValue(_key: string, value: unknown, source: string | undefined): unknown {
  if (typeof value === 'string') return safeText(value);
  // A number within both limits may still overflow a double: 1234567890e300.
  if (typeof value === 'number' && source !== undefined)
    return isExcessive(source) || !Number.isFinite(value) ? source : value;
  if (!isObject(value)) return value;
  const entries = Object.entries(value);
  return entries.every(([key]) => safeText(key) === key)
    ? value
    : Object.fromEntries(entries.map(([key, item]) => [safeText(key), item]));
}

function isExcessive(source: string): boolean {
  const [digits = '', exponent = '0'] = source.toLowerCase().split('e');
  return digits.replace(/[-.]/g, '').length > digitsMax || Math.abs(Number(exponent)) > exponentMax;
}

/** Replaces NUL and lone surrogates, which Postgres cannot store, with U+FFFD. */
export const safeText = (text: string): string =>
  text.isWellFormed() && !text.includes('\0') ? text : text.replaceAll('\0', '\uFFFD').toWellFormed();

// JSON.parse decides what a reviver gets.
/* eslint-disable max-params */
type Reviver = (this: unknown, key: string, value: unknown, source: string | undefined) => unknown;

/** `JSON.parse` whose reviver gets the source text of primitives (ES2025; not yet in TypeScript's types). */
function parseWithSource(text: string, reviver: Reviver): unknown {
  return JSON.parse(text, function (this: unknown, key: string, value: unknown, ...rest: unknown[]): unknown {
    return reviver.call(this, key, value, (rest[0] as { source?: string } | undefined)?.source);
  }) as unknown;
}
/* eslint-enable max-params */
