import { parseEvent } from '@callstream/domain';
import { testDatabase } from '@callstream/stack';
import fc from 'fast-check';
import { connectTables } from '../index.ts';
import type { Tables } from '../index.ts';
import { poolOf } from '../connection/tables.ts';

// Long, so that a busy machine is no failure; a hang still is.
const stack = new AsyncDisposableStack();
let db: Tables;
beforeAll(async () => {
  const database = stack.use(await testDatabase());
  db = stack.adopt(connectTables({ url: database.url }), (pool) => pool.end());
});
afterAll(() => stack.disposeAsync());

/** The body as Postgres stores it; null if it is no event. @throws {DatabaseError} if Postgres rejects it */
async function stored(text: string): Promise<unknown> {
  const parsed = parseEvent(Buffer.from(text));
  if ('problem' in parsed) return null;
  const { rows } = await poolOf(db).query<{ body: unknown }>('select $1::text::jsonb as body', [parsed.event.json]);
  return rows[0]?.body;
}
const event = (fields: string): string => `{"type":"x",${fields}}`;
const nested = (depth: number): string => `${'[{"a":'.repeat(depth)}1${'}]'.repeat(depth)}`;
const range = (from: number, to: number, write: (code: number) => string): string =>
  Array.from({ length: to - from + 1 }, (_, i) => write(from + i)).join('');
const escape = (code: number): string => String.raw`\u${code.toString(16).padStart(4, '0')}`;
const digits = '1234567890'.repeat(4);

const extremes: Readonly<Record<string, string>> = {
  'numbers at the limits of what is stored as a number': event(
    `"a":[1e300,-1E-300,${digits},-0.${digits.slice(2)},${digits}e300,${digits}E-300,0e99,-0,0e300,-0.0e-300,1e0000000000299,1e-00000000000299]`,
  ),
  'numbers beyond the limits': event(
    `"a":[1e131072,1e-16384,${'9'.repeat(200_000)},0.${'0'.repeat(20_000)}1,1e999999999999999]`,
  ),
  'all characters below U+0080, escaped': event(`"a":"${range(0, 0x7f, escape)}"`),
  'every escaped UTF-16 unit': event(`"a":"${range(0, 0xffff, escape)}"`),
  'noncharacters and the last code points': event('"a":"\uFFFE\uFFFF\u{1FFFE}\u{10FFFF}\u2028\u007F"'),
  'every short escape': event(String.raw`"a\"\\\/\b\f\n\r\t":"\"\\\/\b\f\n\r\t\\u0000\\ud800"`),
  'keys that become equal': event(String.raw`"a\u0000":1,"a\ud800":2,"a\udfff":3,"":4`),
  'a key of 900 kB': event(`"${'k'.repeat(900_000)}":1`),
  'a text of 900 kB of quotes': event(`"a":"${String.raw`\"`.repeat(450_000)}"`),
  '150,000 keys': event(Array.from({ length: 150_000 }, (_, i) => `"${i}":1`).join()),
  '450,000 items': event(`"a":[${Array(450_000).fill(0).join()}]`),
  'the greatest allowed depth': event(`"a":${nested(15)}`),
  'a byte order mark and white space': `\uFEFF \t\r\n${event('"a" : [ ] ')} \n`,
};

describe('jsonb accepts every body that is an event', () => {
  it.each(Object.entries(extremes))('%s', async (_name, text) => {
    expect(parseEvent(Buffer.from(text))).toHaveProperty('event');
    expect(await stored(text)).toHaveProperty('type', 'x');
  });

  it('with random texts and numbers', async () => {
    const number = fc
      .tuple(fc.constantFrom('', '-'), fc.bigInt({ min: 0n, max: 10n ** 60n }), fc.integer({ min: -400, max: 400 }))
      .map(([sign, whole, exponent]) => `${sign}${whole}e${exponent}`);
    const text = fc.string({ unit: 'binary' }).map((value) => JSON.stringify(value));
    const unit = fc.array(fc.integer({ min: 0, max: 0xffff })).map((codes) => `"${codes.map(escape).join('')}"`);
    const value = fc.oneof(
      number,
      text,
      unit,
      fc.jsonValue().map((value) => JSON.stringify(value)),
    );
    const body = fc.array(fc.tuple(fc.oneof(text, unit), value), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(body, async (entries) => {
        await stored(event(['"a":1', ...entries.map(([key, item]) => `${key}:${item}`)].join()));
      }),
      { numRuns: 150 },
    );
  });
});
