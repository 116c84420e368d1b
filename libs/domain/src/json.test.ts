import fc from 'fast-check';
import { jsonbSafe, numberSources, parseJsonObject, safeText } from './json.ts';

type VisitField = (holder: unknown, key: string, value: unknown, source: string | undefined) => unknown;

/** The same by a reviver of JSON.parse, which is slow: what the scanner has to agree with. */
const withReviver = (text: string, visit: VisitField): unknown =>
  JSON.parse(text, function (this: unknown, key: string, value: unknown, context?: { source?: string }) {
    return visit(this, key, value, context?.source);
  } as (this: unknown, key: string, value: unknown) => unknown);

function sourcesByReviver(text: string): ReadonlyMap<string, string> {
  const found: { holder: unknown; key: string; source: string }[] = [];
  const root = withReviver(text, (holder, key, value, source) => {
    if (typeof value === 'number' && source !== undefined) found.push({ holder, key, source });
    return value;
  });
  return new Map(found.filter(({ holder }) => holder === root).map(({ key, source }) => [key, source]));
}

const isExcessive = (source: string): boolean => {
  const [digits = '', exponent = '0'] = source.toLowerCase().split('e');
  return digits.replace(/[-.]/g, '').length > 40 || Math.abs(Number(exponent)) > 300;
};
/** Strings and numbers of JSON. */
const tokens = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
/** With the shortest spelling of each string; numbers keep theirs. */
const normalised = (json: string): string =>
  json.replace(tokens, (token) => (token.startsWith('"') ? JSON.stringify(JSON.parse(token)) : token));
const safeByTokens = (json: string): string =>
  json.replace(tokens, (token) => {
    if (token.startsWith('"')) return JSON.stringify(safeText(JSON.parse(token) as string));
    return isExcessive(token) || !Number.isFinite(Number(token)) ? `"${token}"` : token;
  });

const number = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.constantFrom(
    '-0',
    '1.10',
    '9007199254740993',
    '12345678901234567890',
    '1E5',
    '1e+005',
    '1e-301',
    '1234567890e300',
    '1e400',
    '9'.repeat(41),
    `0.${'1'.repeat(45)}`,
  ),
);
const space = fc.constantFrom('', ' ', '\n\t');
const text = fc
  .array(fc.constantFrom('a', '"', '\\', '\\\\"', '\0', '\uD800', '\u2028', ' 12 ', '{"x":1}', 'é', '1e999'))
  .map((parts) => JSON.stringify(parts.join('')));
const { value } = fc.letrec<{ value: string; list: string; object: string }>((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, number, text, fc.constantFrom('true', 'null'), tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(' , ')}]`),
  object: fc.array(fc.tuple(text, space, tie('value')), { maxLength: 4 }).map(objectOf),
}));
function objectOf(fields: readonly (readonly [string, string, string])[]): string {
  return `{${fields.map(([key, blank, item]) => `${blank}${key}${blank}:${blank}${item}`).join(',')}}`;
}
const key = fc.oneof(text, fc.constantFrom('"call_id"', '"call\\u005fid"', '"type"'));
const body = fc.array(fc.tuple(key, space, value), { maxLength: 6 }).map(objectOf);

describe('a body as JSON', () => {
  it('has the source text of the numbers at its top level', () => {
    fc.assert(
      fc.property(body, (json) => {
        const parsed = JSON.parse(json) as Record<string, unknown>;
        const expected = sourcesByReviver(json);
        const sources = numberSources(json);
        for (const [name, item] of Object.entries(parsed))
          if (typeof item === 'number') expect([name, sources.get(name)]).toEqual([name, expected.get(name)]);
      }),
      { numRuns: 500 },
    );
  });

  it('is stored without what jsonb refuses, and every other number keeps its digits', () => {
    fc.assert(
      fc.property(body, (json) => expect(normalised(jsonbSafe(json))).toBe(safeByTokens(json))),
      { numRuns: 500 },
    );
  });

  it.each([
    ['numbers, and a number that is read', 10, `[${Array.from({ length: 250_000 }, (_, i) => i % 1_000).join()}]`],
    ['numbers, one of which is too large', 250, `[${'7,'.repeat(500_000)}1e999]`],
    ['backslashes', 60, JSON.stringify('\\'.repeat(400_000))],
    ['escaped quotes, and a NUL', 60, JSON.stringify(`${'"'.repeat(400_000)}\0`)],
  ])('of a megabyte of %s costs at most %d times as much as JSON.parse', (_what, factor, items) => {
    const json = `{"type":"x","call_id":1.10,"items":${items}}`;
    const bytes = Buffer.from(json);
    const cheapest = (work: () => unknown): number =>
      Math.min(
        ...Array.from({ length: 5 }, () => {
          const before = process.cpuUsage();
          work();
          return process.cpuUsage(before).user / 1_000;
        }),
      );
    const parsing = cheapest(() => JSON.parse(json) as unknown);
    const all = cheapest(() => [parseJsonObject(bytes), jsonbSafe(json), numberSources(json)]);
    expect(numberSources(json).get('call_id')).toBe('1.10');
    // CPU time, on a busy machine too; a reviver takes 130 and 500 times as much. At least 2 ms, as some texts parse in less.
    expect(all).toBeLessThan(Math.max(parsing, 2) * factor);
  });
});
