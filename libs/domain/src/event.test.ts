import { eventsOf } from '../testing/index.ts';
import { decode, defaultOrigin, eventId, kindOf, parseEvent, recordKey } from './index.ts';
import { compareText } from './compare-text.ts';
import { parseTime } from './time.ts';

const parse = (body: string | Buffer) => parseEvent(Buffer.from(body));
const event = (body: string) => {
  const parsed = parse(body);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.event;
};

describe('parseTime reads', () => {
  it.each([
    ['2017-01-01T00:00:00Z', '2017-01-01T00:00:00.000Z'],
    ['2017-01-01t00:00:00.1239z', '2017-01-01T00:00:00.123Z'],
    ['2017-01-01T00:00:00', '2017-01-01T00:00:00.000Z'],
    ['2026-03-02T10:20:30-03:00', '2026-03-02T13:20:30.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['1772457600', '2026-03-02T13:20:00.000Z'],
    ['1772457600123', '2026-03-02T13:20:00.123Z'],
    [1772457600, '2026-03-02T13:20:00.000Z'],
    ['2000-01-01T00:00:00Z', '2000-01-01T00:00:00.000Z'],
    ['2099-12-31T23:59:59.999Z', '2099-12-31T23:59:59.999Z'],
  ])('%s', (text, iso) => expect(new Date(parseTime(text) ?? NaN).toISOString()).toBe(iso));
  it.each([
    '', 'not a time', '2026-02-30T10:00:00Z', '2023-02-29T00:00:00Z', '2026-13-01T00:00:00Z', '2026-01-01', '2026-01-01T24:00:00Z',
    '99999-01-01T00:00:00Z', '1999-12-31T23:59:59Z', '2100-01-01T00:00:00Z', '123', '0000000000', '9999999999999', '2026-01-01T00:00:00+25:00', null, true, {},
  ])('no time from %p', (text) => expect(parseTime(text)).toBeNull()); // prettier-ignore
});

describe('an event without a usable time', () => {
  const record = {
    ...defaultOrigin,
    value: Buffer.from('{"type":"x","timestamp":"not a time"}'),
    partition: 3,
    offset: 5,
    receivedAt: Date.UTC(2026, 2, 2, 13, 0, 0, 500),
    uuidOf: (withTime: boolean) => (withTime ? 'uuid with its time' : 'uuid of the body'),
  };
  it('takes received_at as its time, and includes it in its identity', () => {
    const decoded = decode(record);
    expect(decoded).toMatchObject({
      event: { at: Date.UTC(2026, 2, 2, 13, 0, 0, 500), uuid: 'uuid with its time', id: 5 * 4096 + 3 },
    });
  });
  it('has an identity without received_at, once its time is usable', () => {
    const decoded = decode({ ...record, value: Buffer.from('{"type":"x","timestamp":"1772457600"}') });
    expect(decoded).toMatchObject({ event: { uuid: 'uuid of the body' } });
  });
});

describe('parseEvent refuses', () => {
  const deep = (levels: number) => `{"type":"x","a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
  it.each([
    ['', 'not JSON'], ['{', 'not JSON'], ['{} {}', 'not JSON'], ['null', 'not a JSON object'], ['[]', 'not a JSON object'], ['"x"', 'not a JSON object'],
    ['{}', 'no "type"'], ['{"type":1}', 'no "type"'], ['{"type":""}', 'no "type"'],
    ['{"type":"x","__proto__":{}}', '"__proto__"'], ['{"type":"x","a":[{"constructor":1}]}', '"constructor"'], ['{"type":"x","prototype":1}', '"prototype"'],
    [deep(33), 'nested deeper'], [deep(5_000), 'nested deeper'],
    [`{"type":"x","call_id":"${'x'.repeat(513)}"}`, '"call_id" is longer'], [`{"type":"${'x'.repeat(513)}"}`, '"type" is longer'],
    [`{"type":"x","queue":"${'é'.repeat(257)}"}`, '"queue" is longer'], [`{"type":"x","code":${'1'.repeat(513)}}`, '"code" is longer'],
  ])('%#: %p', (body, problem) => expect(parse(body)).toEqual({ problem: expect.stringContaining(problem) as string })); // prettier-ignore
  it('bytes that are not UTF-8', () =>
    expect(parse(Buffer.from([0x7b, 0xff, 0x7d]))).toEqual({ problem: 'The body is not UTF-8.' }));
  it('a record without a value', () =>
    expect(decode({ ...defaultOrigin, value: null, partition: 0, offset: 0, receivedAt: 0, uuidOf: () => '' })).toEqual(
      {
        problem: 'The record has no value.',
      },
    ));
  it('neither 32 levels, nor 512 bytes, nor a byte order mark', () => {
    expect(event(deep(32)).type).toBe('x');
    expect(event(`{"type":"x","call_id":"${'é'.repeat(256)}"}`).callId).toHaveLength(256);
    expect(event('\uFEFF{"type":"x"}').type).toBe('x');
  });
});

describe('an identifier', () => {
  it('that is a number keeps its source text, at the top level only', () =>
    expect(event('{"type":"x","a":{"call_id":1.50},"call_id":1463669263.30030,"b":{"call_id":2.50}}').callId).toBe(
      '1463669263.30030',
    ));
  it('is null when empty or of another type', () =>
    expect(event('{"type":"x","call_id":"","actor":true,"queue":null,"code":[1]}')).toMatchObject({
      callId: null,
      actor: null,
      queue: null,
      code: null,
    }));
  it('is the key of the record: call, else actor, else code, else uuid of the event', () => {
    const key = (fields: object) => recordKey(event(JSON.stringify({ type: 'x', ...fields })), 'u');
    expect([key({ call_id: 'c', actor: 'a' }), key({ actor: 'a', code: 1 }), key({ code: 1 }), key({})]).toEqual([
      'c',
      'actor:a',
      'code:1',
      'u',
    ]);
  });
  it('of an event is unique over partitions, and a safe integer', () => {
    expect(eventId(4095, 1)).toBeLessThan(eventId(0, 2));
    expect(Number.isSafeInteger(eventId(4095, 2 ** 40))).toBe(true);
  });
});

describe('the JSON that is stored', () => {
  it('is the text as received if jsonb can store it, with every digit', () => {
    const body = '{"type":"x","n":12345678901234567890,"t":"\\u00e9"}';
    expect(event(body).json).toBe(body);
  });
  it('has U+FFFD in place of NUL and lone surrogates, in keys and values', () =>
    expect(JSON.parse(event('{"type":"x","a\\u0000":"\\u0000","b":["\\ud800","\\ud83d\\ude00"]}').json)).toEqual({
      type: 'x',
      'a\uFFFD': '\uFFFD',
      b: ['\uFFFD', '😀'],
    }));
  it('has numbers that jsonb would expand as strings', () =>
    expect(JSON.parse(event(`{"type":"x","a":1e400,"b":[-1e-301],"c":${'9'.repeat(41)},"d":1e300}`).json)).toEqual({
      type: 'x',
      a: '1e400',
      b: ['-1e-301'],
      c: '9'.repeat(41),
      d: 1e300,
    }));
  it('has numbers that overflow a double as strings, not as null', () =>
    expect(JSON.parse(event('{"type":"x","a":1234567890e300}').json)).toEqual({ type: 'x', a: '1234567890e300' }));
  it('does not mistake a string of digits for a number', () =>
    expect(event(`{"type":"x","a":"${'9'.repeat(50)}"}`).json).toContain(`"${'9'.repeat(50)}"`));
});

describe('the type of an event', () => {
  it('is read in its variants, and kept as sent', () => {
    expect(event('{"type":"actor.logged_in"}')).toMatchObject({ type: 'actor.logged_in', kind: 'actor.logged-in' });
    expect([kindOf('call.on-going'), kindOf('my_own_type')]).toEqual(['call.ongoing', 'my_own_type']);
  });
});

it('compareText orders by code point', () => {
  expect(['\u{1F600}', '\uFFFD', 'é', 'Z', 'a', '\uE000', 'aa', ''].toSorted(compareText)).toEqual([
    '',
    'Z',
    'a',
    'aa',
    'é',
    '\uE000',
    '\uFFFD',
    '\u{1F600}',
  ]);
});

it('an event without a usable received_at is received in the year 2000', () =>
  expect(eventsOf([{ body: '{"type":"call.new","call_id":1}', receivedAt: 'nonsense' }])[0]?.receivedAt).toBe(
    Date.UTC(2000, 0, 1),
  ));
