import fc from 'fast-check';
import { parseEvent, textLimits } from './index.ts';
import type { ParsedEvent, TextField } from './index.ts';

const fields = Object.entries(textLimits) as [TextField, (typeof textLimits)[TextField]][];
const refused = fields.filter(([, { ifLonger }]) => ifLonger === 'refused');
const omitted = fields.filter(([, { ifLonger }]) => ifLonger === 'omitted');
const bytesOf = (text: string): number => Buffer.byteLength(text);
const camel = (field: string): keyof ParsedEvent =>
  field.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()) as keyof ParsedEvent;

const parse = (body: string) => parseEvent(Buffer.from(body));
const withField = (field: string, value: unknown) => parse(JSON.stringify({ type: 'x', [field]: value }));
const eventOf = (parsed: ReturnType<typeof parse>): ParsedEvent => {
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.event;
};

/** Texts of exactly so many bytes, of characters of one to four bytes. */
const textsOf = (bytes: number): string[] =>
  ['x', 'é', '€', '😀', '\u0000', '\ud800'].map((char) => {
    // NUL and a lone surrogate are stored as U+FFFD, which has three bytes.
    const width = bytesOf(char === '\u0000' ? '\uFFFD' : char);
    return 'x'.repeat(bytes % width) + char.repeat(Math.floor(bytes / width));
  });

describe.each(fields)('the text of %s', (field, { bytesMax }) => {
  it('is stored up to its limit in bytes, with characters of any width', () => {
    for (const text of textsOf(bytesMax)) {
      const event = eventOf(withField(field, text));
      expect(event[camel(field)]).toBe(text.replaceAll('\u0000', '\uFFFD').toWellFormed());
      expect(event.omitted).toBeNull();
    }
  });
});

describe.each(refused)('a longer %s', (field, { bytesMax }) => {
  it('is refused, with a reason that does not quote it', () => {
    for (const text of textsOf(bytesMax + 1))
      expect(withField(field, text)).toEqual({ problem: `"${field}" is longer than ${bytesMax} bytes.` });
  });
});

describe.each(omitted)('a longer %s', (field, { bytesMax }) => {
  it('is omitted: null, named, and whole in the body', () => {
    for (const text of textsOf(bytesMax + 1)) {
      const event = eventOf(withField(field, text));
      expect([event[camel(field)], event.omitted]).toEqual([null, [field]]);
      expect((JSON.parse(event.json) as Record<string, unknown>)[field]).toBe(
        text.replaceAll('\u0000', '\uFFFD').toWellFormed(),
      );
    }
  });
  it('is omitted if it is a number whose source text is too long', () => {
    const digits = '7'.repeat(bytesMax);
    expect(eventOf(parse(`{"type":"x","${field}":${digits}}`))).toMatchObject({ [camel(field)]: digits });
    expect(eventOf(parse(`{"type":"x","${field}":${digits}7}`))).toMatchObject({
      [camel(field)]: null,
      omitted: [field],
    });
  });
});

it('an event names every field that is too long', () => {
  const body = Object.fromEntries(omitted.map(([field, { bytesMax }]) => [field, 'x'.repeat(bytesMax + 1)]));
  expect(eventOf(parse(JSON.stringify({ type: 'x', ...body }))).omitted).toEqual(omitted.map(([field]) => field));
});

it('no body gives a text that is longer than its limit, or an exception', () => {
  const piece = fc.string({ unit: 'binary', minLength: 1, maxLength: 4 });
  const text = fc.tuple(piece, fc.integer({ min: 1, max: 3_000 })).map(([some, times]) => some.repeat(times));
  const value = fc.oneof({ weight: 4, arbitrary: text }, fc.jsonValue(), fc.double(), fc.bigInt().map(Number));
  const body = fc.dictionary(fc.constantFrom(...Object.keys(textLimits), 'timestamp', 'other'), value);
  fc.assert(
    fc.property(body, (fields) => {
      const parsed = parse(JSON.stringify({ type: 'x', ...fields }));
      if ('problem' in parsed) return;
      for (const [field, { bytesMax }] of Object.entries(textLimits)) {
        const stored = parsed.event[camel(field)] as string | null;
        expect(bytesOf(stored ?? '')).toBeLessThanOrEqual(bytesMax);
      }
    }),
    { numRuns: 300 },
  );
});
