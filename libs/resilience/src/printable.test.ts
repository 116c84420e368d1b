import fc from 'fast-check';
import { printable, printableJson, printableLines } from './printable.ts';

/** What no terminal may get: other than `unsafe`, written by code points. */
const dangerous = [
  ...[...Array(0x20).keys()].filter((code) => code !== 0x0a),
  ...[...Array(0x21).keys()].map((code) => 0x7f + code),
  ...[0x061c, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069],
  ...[0xad, 0xfeff, 0xe000, 0xe0001, 0xf0000],
].map((code) => String.fromCodePoint(code));
const halves = ['\uD800', '\uDFFF'];
const text = fc
  .array(fc.oneof(fc.constantFrom(...dangerous, ...halves, '\n', '"', '\\', '😀', 'é'), fc.string()))
  .map((parts) => parts.join(''));
const isDangerous = (shown: string): boolean =>
  !shown.isWellFormed() || dangerous.some((character) => shown.includes(character));

describe('text of others', () => {
  it('cannot control a terminal, in one line or in several', () => {
    fc.assert(
      fc.property(text, (any) => {
        expect(isDangerous(printable(any)) || printable(any).includes('\n')).toBe(false);
        expect(isDangerous(printableLines(any))).toBe(false);
        expect(printableLines(any).split('\n')).toEqual(any.split('\n').map(printable));
      }),
    );
  });
  it('is the same value in JSON, with escapes', () => {
    fc.assert(
      fc.property(fc.dictionary(text, fc.oneof(text, fc.array(text))), (value) => {
        for (const json of [JSON.stringify(value), JSON.stringify(value, null, 2)]) {
          expect(isDangerous(printableJson(json))).toBe(false);
          expect(JSON.parse(printableJson(json))).toEqual(JSON.parse(json));
        }
      }),
    );
  });
  it('without such characters stays as it is', () => {
    const plain = 'Verão ☀️ 😀 مرحبا 123 日本 "quoted" \\ back';
    expect([printable(plain), printableLines(plain), printableJson(plain)]).toEqual([plain, plain, plain]);
    expect(printableJson('"\u009b\u202e"')).toBe('"\\u009b\\u202e"');
    expect(printableJson(JSON.stringify('\u{E0001}'))).toBe('"\\udb40\\udc01"');
  });
});
