type Value = string | number | null;

/** A row as a line of COPY's text format, in the order of its columns. */
export const copyLine = (row: object): string => `${(Object.values(row) as Value[]).map(copyValue).join('\t')}\n`;

const nothing = String.raw`\N`;
const copyValue = (value: Value): string =>
  value === null ? nothing : typeof value === 'string' ? copyText(value) : String(value);

const copyEscapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const copySpecial = /[\\\t\n\r]/g;
export const copyText = (text: string): string => text.replace(copySpecial, (char) => copyEscapes[char] ?? char);

const copied = new Map(Object.entries(copyEscapes).map(([char, escape]) => [escape, char]));
/** The values of a line of COPY, without its end. */
export const valuesOfLine = (line: string): (string | null)[] =>
  line
    .split('\t')
    .map((text) => (text === nothing ? null : text.replace(/\\./g, (escape) => copied.get(escape) ?? escape)));

/** Rows as text of an array of records, each in the order of its columns. Read for half of what the same as JSON takes. */
export const recordArray = (rows: readonly object[]): string =>
  `{${rows.map((row) => `"(${(Object.values(row) as Value[]).map(recordValue).join()})"`).join()}}`;

/** In quotes of the record inside of quotes of the array: what both escape is escaped twice. */
const recordValue = (value: Value): string =>
  value === null ? '' : typeof value === 'string' ? `\\"${value.replace(recordSpecial, '\\\\\\$&')}\\"` : String(value);
const recordSpecial = /["\\]/g;
