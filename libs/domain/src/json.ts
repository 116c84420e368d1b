import { scanJson, scanOwnNumbers } from './json-scan.ts';

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
  if (Array.isArray(value)) return itemsProblem(value, depth);
  // Objects from JSON.parse inherit no enumerable keys, and Object.entries would allocate an array for every event.
  for (const key in value) {
    const item = (value as JsonObject)[key];
    if (forbiddenKeys.has(key)) return `The body has a key "${key}", which is not allowed.`;
    const problem = typeof item === 'object' && item !== null ? structureProblem(item, depth + 1) : null;
    if (problem !== null) return problem;
  }
  return null;
}

/** The same for a list: its indexes as texts, as keys, would cost more than parsing it, and an iterator half as much as parsing it. */
function itemsProblem(items: readonly unknown[], depth: number): string | null {
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    const problem = typeof item === 'object' && item !== null ? structureProblem(item, depth + 1) : null;
    if (problem !== null) return problem;
  }
  return null;
}

/**
 * The source text of each number at the top level of `text`, a JSON object: `1.10` stays `1.10`. Scans the text: a reviver of
 * JSON.parse, which is called for each of 300,000 nested numbers, takes 100 times as long as JSON.parse alone.
 */
export function numberSources(text: string): ReadonlyMap<string, string> {
  const sources = new Map<string, string>();
  scanOwnNumbers(text, (key, start, end) =>
    sources.set(JSON.parse(text.slice(key.start, key.end)) as string, text.slice(start, end)),
  );
  return sources;
}

const digitsMax = 40;
const exponentMax = 300;

/** `text`, a JSON object, as JSON text that jsonb can store; almost always unchanged. Other numbers keep their digits. */
export const jsonbSafe = (text: string): string => (mayBeUnsafe(text) ? replaceUnsafe(text) : text);

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

/** `text` with its excessive numbers as strings, and its strings without the escapes that jsonb refuses. */
function replaceUnsafe(text: string): string {
  const pieces: string[] = [];
  let copied = 0;
  const replace = (start: number, end: number, replacement: string): void => {
    pieces.push(text.slice(copied, start), replacement);
    copied = end;
  };
  scanJson(text, {
    onNumber: (start, end) => {
      if (end - start <= digitsMax && !hasExponent(text, start, end)) return;
      const source = text.slice(start, end);
      // A number within both limits may still overflow a double: 1234567890e300.
      if (isExcessive(source) || !Number.isFinite(Number(source))) replace(start, end, `"${source}"`);
    },
    onString: (start, end) => {
      const source = text.slice(start, end);
      if (refusedEscape.test(source)) replace(start, end, JSON.stringify(safeText(JSON.parse(source) as string)));
    },
  });
  return pieces.join('') + text.slice(copied);
}

function hasExponent(text: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((text.charCodeAt(i) | 0x20) === 0x65) return true;
  return false;
}

function isExcessive(source: string): boolean {
  const [digits = '', exponent = '0'] = source.toLowerCase().split('e');
  return digits.replace(/[-.]/g, '').length > digitsMax || Math.abs(Number(exponent)) > exponentMax;
}

/** Replaces NUL and lone surrogates, which Postgres cannot store, with U+FFFD. */
export const safeText = (text: string): string =>
  text.isWellFormed() && !text.includes('\0') ? text : text.replaceAll('\0', '\uFFFD').toWellFormed();
