const escape = (text: string): string => text.replaceAll(/[\\^$.*+?()|[\]{}]/g, String.raw`\$&`);
/** Inside of brackets. */
const escapeInClass = (text: string): string => text.replaceAll(/[\\^[\]-]/g, String.raw`\$&`);

/** `*` stands for any text. */
export const globOf = (glob: string): RegExp => new RegExp(`^${glob.split('*').map(escape).join('.*')}$`, 'u');

const classes: ReadonlyMap<string, string> = new Map([
  ['X', '[0-9]'],
  ['Z', '[1-9]'],
  ['N', '[2-9]'],
  ['.', '.+'],
  ['!', '.*'],
]);

/**
 * A pattern of extensions.conf: `_NXX`, `_2[0-4]X`, `_9.`; without `_` it is the extension itself.
 * @throws {Error} naming the pattern that Asterisk would not take either
 */
export function patternOf(pattern: string): RegExp {
  if (!pattern.startsWith('_')) return new RegExp(`^${escape(pattern)}$`, 'u');
  const parts = pattern.slice(1).match(/\[[^\]]*\]|./gu);
  if (parts === null) throw new Error(`"${pattern}" matches nothing: expected a pattern of Asterisk, e.g. _2XX.`);
  return new RegExp(`^${parts.map((part) => sourceOf(part, pattern)).join('')}$`, 'u');
}

function sourceOf(part: string, pattern: string): string {
  if (part === '[' || part === '[]')
    throw new Error(`"${pattern}" has a "[" without its "]", or nothing between them.`);
  if (!part.startsWith('[')) return classes.get(part.toUpperCase()) ?? escape(part);
  const items = part.slice(1, -1).match(/.-.|./gu) ?? [];
  return `[${items.map((item) => rangeOf(item, pattern)).join('')}]`;
}

function rangeOf(item: string, pattern: string): string {
  const [from = '', dash, to] = item;
  if (dash === undefined || to === undefined) return escapeInClass(item);
  if (from > to) throw new Error(`"${pattern}" has a range from ${from} to ${to}: write it as ${to}-${from}.`);
  return `${escapeInClass(from)}-${escapeInClass(to)}`;
}
