/**
 * Compares by Unicode code point, as `collate "C"` does in a UTF-8 database. JavaScript's `<` compares UTF-16 units
 * and puts U+1F600 before U+FFFD; `localeCompare` depends on the machine.
 */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return codePointOrder(x) - codePointOrder(y);
  }
  return a.length - b.length;
}

/** Moves the surrogates (U+D800–DFFF) above the rest of the 16-bit plane, where their code points belong. */
const codePointOrder = (unit: number): number => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800);

/** Least of two, where null means "not known". */
export const least = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null || a <= b ? a : b;

/** Greatest of two, where null means "not known". */
export const greatest = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null || a >= b ? a : b;

export const leastText = (a: string | null, b: string | null): string | null =>
  a === null ? b : b === null || compareText(a, b) <= 0 ? a : b;

/** Where a chosen value comes from: how good the source is, then when, then by type, then by identity. */
export interface Choice {
  /** How good the kind of source is; a number that says "none yet" loses against every other. */
  readonly tier: number;
  /** ms since 1970; `-Infinity` before any event. */
  readonly at: number;
  /** Rank of the event's type; −1 for none and for unknown types. */
  readonly rank: number;
  readonly uuid: string;
}

export const nilUuid = '00000000-0000-0000-0000-000000000000';

function compareChoice(a: Choice, b: Choice): number {
  if (a.tier !== b.tier) return a.tier - b.tier;
  if (a.at !== b.at) return a.at < b.at ? -1 : 1;
  if (a.rank !== b.rank) return a.rank - b.rank;
  return compareText(a.uuid, b.uuid);
}

export const leastChoice = <T extends Choice>(a: T, b: T): T => (compareChoice(a, b) <= 0 ? a : b);
export const greatestChoice = <T extends Choice>(a: T, b: T): T => (compareChoice(a, b) >= 0 ? a : b);

/** Merges two lists that are sorted by `key`, joining the items that both have. */
export function mergeSorted<T>(
  a: readonly T[],
  b: readonly T[],
  key: (item: T) => string,
  join: (a: T, b: T) => T,
): readonly T[] {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const merged: T[] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const x = a[i];
    const y = b[j];
    if (x === undefined) return merged.concat(b.slice(j));
    if (y === undefined) return merged.concat(a.slice(i));
    const order = compareText(key(x), key(y));
    merged.push(order < 0 ? x : order > 0 ? y : join(x, y));
    if (order <= 0) i++;
    if (order >= 0) j++;
  }
}
