import { Utf8Buffer } from './utf8-buffer.ts';

type Value = string | number | boolean | null;

/** Rows as lines of COPY's text format, in the order of their columns. */
export const copyLines = (rows: readonly object[]): string => rows.map(copyLine).join('');

function copyLine(row: object): string {
  let line = '';
  for (const value of Object.values(row) as Value[]) line += `\t${copyValue(value)}`;
  return `${line.slice(1)}\n`;
}

/** Null in COPY's text format. */
export const copyNull = String.raw`\N`;
const copyValue = (value: Value): string =>
  value === null ? copyNull : typeof value === 'string' ? copyText(value) : String(value);

const copyEscapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const copySpecial = /[\\\t\n\r]/g;
/** Almost never has anything to escape; to look for each takes half of the time of the expression. */
export const copyText = (text: string): string =>
  text.includes('\\') || text.includes('\t') || text.includes('\n') || text.includes('\r')
    ? text.replace(copySpecial, (char) => copyEscapes[char] ?? char)
    : text;

const copied = new Map(Object.entries(copyEscapes).map(([char, escape]) => [escape, char]));
/** The values of a line of COPY, without its end. */
export const valuesOfLine = (line: string): (string | null)[] =>
  line
    .split('\t')
    .map((text) => (text === copyNull ? null : text.replace(/\\./g, (escape) => copied.get(escape) ?? escape)));

/**
 * Rows as text of an array of records, each in the order of its columns; null if there are none. Read for half of what the
 * same as JSON takes. Every call passes here several times, so it is a loop: with `map` and `join` it takes three times as long.
 */
export function recordArray(rows: readonly object[]): Buffer | null {
  if (rows.length === 0) return null;
  const text = new Utf8Buffer();
  let before = '{';
  for (const row of rows) {
    let record = '';
    for (const value of Object.values(row) as Value[]) record += `,${recordValue(value)}`;
    text.write(`${before}"(${record.slice(1)})"`);
    before = ',';
  }
  text.write('}');
  const all = text.take();
  text.release();
  return all;
}

/** In quotes of the record inside of quotes of the array: what both escape is escaped twice. */
const recordValue = (value: Value): string =>
  value === null
    ? ''
    : typeof value !== 'string'
      ? String(value)
      : value.includes('"') || value.includes('\\')
        ? `\\"${value.replace(/["\\]/g, '\\\\\\$&')}\\"`
        : `\\"${value}\\"`;

/** Texts as text of an array. */
export const textArray = (texts: readonly string[]): string =>
  `{${texts.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join()}}`;
