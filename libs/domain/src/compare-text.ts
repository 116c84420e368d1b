/**
 * Compares by Unicode code point, as `collate "C"` does in a UTF-8 database. JavaScript's `<` compares UTF-16 code units,
 * which puts U+1F600 before U+FFFD. `localeCompare` depends on the machine.
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

/** Sorts surrogates (U+D800–DFFF) after all other code units, because they stand for code points above U+FFFF. */
const codePointOrder = (unit: number): number => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800);
