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

/** The same for a list: its indexes as texts, as keys, would cost more than parsing it. */
function itemsProblem(items: readonly unknown[], depth: number): string | null {
  for (const item of items) {
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
  let depth = 0;
  let key = '';
  scan(text, {
    onBracket: (isOpening) => (depth += isOpening ? 1 : -1),
    // The last string before a number is its key.
    onString: (start, end) => {
      if (depth === 1) key = text.slice(start, end);
    },
    onNumber: (start, end) => {
      if (depth === 1) sources.set(JSON.parse(key) as string, text.slice(start, end));
    },
  });
  return sources;
}

const digitsMax = 40;
const exponentMax = 300;

/** `text`, a JSON object, as JSON text that jsonb can store; almost always unchanged. */
export const jsonbSafe = (text: string): string =>
  mayBeUnsafe(text) ? JSON.stringify(safeValue(JSON.parse(quoteExcessive(text)))) : text;

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

/** `text` with its excessive numbers as strings. */
function quoteExcessive(text: string): string {
  const pieces: string[] = [];
  let copied = 0;
  scan(text, {
    onNumber: (start, end) => {
      if (end - start <= digitsMax && !hasExponent(text, start, end)) return;
      const source = text.slice(start, end);
      // A number within both limits may still overflow a double: 1234567890e300.
      if (!isExcessive(source) && Number.isFinite(Number(source))) return;
      pieces.push(text.slice(copied, start), '"', source, '"');
      copied = end;
    },
  });
  return pieces.join('') + text.slice(copied);
}

function hasExponent(text: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((text.charCodeAt(i) | 0x20) === 0x65) return true;
  return false;
}

/** A value of a body, which is not deeper than {@link nestingMax}, with texts that jsonb can store. */
function safeValue(value: unknown): unknown {
  if (typeof value === 'string') return safeText(value);
  if (Array.isArray(value)) return value.map(safeValue);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [safeText(key), safeValue(item)]));
}

function isExcessive(source: string): boolean {
  const [digits = '', exponent = '0'] = source.toLowerCase().split('e');
  return digits.replace(/[-.]/g, '').length > digitsMax || Math.abs(Number(exponent)) > exponentMax;
}

/** Replaces NUL and lone surrogates, which Postgres cannot store, with U+FFFD. */
export const safeText = (text: string): string =>
  text.isWellFormed() && !text.includes('\0') ? text : text.replaceAll('\0', '\uFFFD').toWellFormed();

interface JsonTokens {
  readonly onNumber: (start: number, end: number) => void;
  readonly onString?: (start: number, end: number) => void;
  readonly onBracket?: (isOpening: boolean) => void;
}

const quote = 0x22;
const minus = 0x2d;
const [openingBracket, closingBracket, openingBrace, closingBrace] = [0x5b, 0x5d, 0x7b, 0x7d];

const isBracket = (char: number): boolean =>
  char === openingBracket || char === closingBracket || char === openingBrace || char === closingBrace;

/** Calls back for each token of `text`, which is JSON; in linear time, whatever it is. */
function scan(text: string, { onNumber, onString, onBracket }: JsonTokens): void {
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === quote) {
      const end = endOfString(text, i);
      onString?.(i, end);
      i = end - 1;
    } else if (isBracket(char)) onBracket?.(char === openingBrace || char === openingBracket);
    else if (char === minus || (char >= 0x30 && char <= 0x39)) {
      const end = endOfNumber(text, i);
      onNumber(i, end);
      i = end - 1;
    }
  }
}

/** The index behind the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let end = start;
  do end = text.indexOf('"', end + 1);
  while (isEscaped(text, end));
  return end + 1;
}

/** Whether an odd number of backslashes is before `index`. */
function isEscaped(text: string, index: number): boolean {
  let first = index;
  while (text.charCodeAt(first - 1) === 0x5c) first--;
  return (index - first) % 2 === 1;
}

/** The index behind the number that begins at `start`: behind it is a blank, a comma or a closing bracket. */
function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  while (isInNumber(text.charCodeAt(end))) end++;
  return end;
}

/** A digit, or one of `+-.eE`. */
const isInNumber = (char: number): boolean =>
  (char >= 0x30 && char <= 0x39) || char === 0x2b || char === 0x2d || char === 0x2e || char === 0x45 || char === 0x65;
