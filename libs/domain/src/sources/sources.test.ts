import fc from 'fast-check';
import { callsOfEvents, eventsOf, logs } from '../../testing/index.ts';
import { severalFactsDelivery, severalFactsLogs, testSources } from '../../testing/several-facts.ts';
import type { SeveralFacts } from '../../testing/several-facts.ts';
import {
  decode,
  defaultOrigin,
  eventOfFacts,
  factsJson,
  factsOf,
  identityPrefix,
  parseEvent,
  recordKey,
} from '../index.ts';
import type { CallEvent, FactJson, Origin, ParsedEvent } from '../index.ts';

const receivedAt = '2026-03-02T13:00:01.000Z';
const parse = (body: object, origin: Partial<Origin> = {}) =>
  parseEvent(Buffer.from(JSON.stringify(body)), { ...defaultOrigin, ...origin }, testSources);
const parsed = (body: object, origin: Partial<Origin> = {}): ParsedEvent => {
  const result = parse(body, origin);
  if ('problem' in result) throw new Error(result.problem);
  return result.event;
};
const several = (body: SeveralFacts, sourceName: string | null = null): CallEvent =>
  eventsOf([severalFactsDelivery(body, { receivedAt, sourceName })])[0]!;

describe('the headers source and source_name', () => {
  it('are no event together with a value if the source is not known, or one of them is not a name', () => {
    const body = { type: 'call.new', call_id: '1' };
    expect(parse(body, { source: 'nope' })).toEqual({ problem: 'The source "nope" is not known.' });
    for (const name of ['', 'Lisbon', '-a', 'a:b', 'a/b', 'a\n', 'é', 'x'.repeat(33)])
      for (const header of ['source', 'source_name'])
        expect(parse(body, { [header === 'source' ? 'source' : 'sourceName']: name })).toEqual({
          problem: `The header "${header}" is not a name: 1 to 32 of a-z, 0-9 and -, not beginning with -.`,
        });
    expect(parse(body, { sourceName: 'x'.repeat(32) })).toHaveProperty('event');
  });

  it('change nothing if they name the default source', () => {
    const body = { type: 'call.new', call_id: '1' };
    expect(parsed(body, { source: 'teravoz' })).toEqual(parsed(body));
    expect(parsed(body)).toMatchObject({ source: null, sourceName: null, callId: '1', facts: null });
    expect(identityPrefix(parsed(body, { source: 'teravoz' }))).toBe('');
  });
});

describe('the ids of a named instance', () => {
  const body = {
    type: 'call.overflow',
    call_id: 1,
    actor: 'ana@example.com',
    queue: '900',
    destination: '910',
    code: '42',
    number: '200',
    our_number: '1130300000',
    their_number: '11988887777',
  };
  const lisbon = { sourceName: 'lisbon' };

  it('begin with its name: call, agent, queue, and the queue that a call overflows to; numbers and codes do not', () => {
    expect(parsed(body, lisbon)).toMatchObject({
      source: null,
      sourceName: 'lisbon',
      callId: 'lisbon:1',
      actor: 'lisbon:ana@example.com',
      queue: 'lisbon:900',
      destination: 'lisbon:910',
      code: '42',
      number: '200',
      ourNumber: '1130300000',
      theirNumber: '11988887777',
    });
    expect(parsed({ ...body, type: 'call.follow-me' }, lisbon).destination).toBe('910');
  });

  it('are the key of its records', () => {
    expect(recordKey(parsed(body, lisbon), 'u')).toBe('lisbon:1');
    expect(recordKey(parsed({ type: 'x', actor: 'ana' }, lisbon), 'u')).toBe('actor:lisbon:ana');
  });

  it('have the same limit as without it, and the name counts', () => {
    const id = 'x'.repeat(512 - 'lisbon:'.length);
    expect(parsed({ type: 'x', call_id: id }, lisbon).callId).toBe(`lisbon:${id}`);
    expect(parse({ type: 'x', call_id: `${id}x` }, lisbon)).toEqual({ problem: '"call_id" is longer than 512 bytes.' });
    expect(parsed({ ...body, destination: `${id}x` }, lisbon)).toMatchObject({
      destination: null,
      omitted: ['destination'],
    });
  });

  it('are never those of another instance, and neither are the bytes that are hashed', () => {
    const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,31}$/);
    const id = fc.oneof(
      fc.string({ minLength: 1, maxLength: 8 }),
      fc.tuple(name, name).map((names) => names.join(':')),
    );
    fc.assert(
      fc.property(name, name, id, id, (a, b, x, y) => {
        const [ofA, ofB] = [
          parsed({ type: 'x', call_id: x }, { sourceName: a }),
          parsed({ type: 'x', call_id: y }, { sourceName: b }),
        ];
        expect(ofA.callId === ofB.callId).toBe(a === b && x === y);
        const prefixes = [
          identityPrefix({ source: a, sourceName: b }),
          identityPrefix({ source: a, sourceName: null }),
          identityPrefix({ source: null, sourceName: b }),
        ];
        expect(new Set([...prefixes, '']).size).toBe(4);
      }),
    );
  });

  it('make two events of the same bytes, and two calls', () => {
    const same = {
      body: '{"type":"call.waiting","call_id":"1","queue":"900","timestamp":"2026-03-02T13:00:00Z"}',
      receivedAt,
    };
    const events = eventsOf([
      same,
      { ...same, sourceName: 'lisbon' },
      { ...same, sourceName: 'porto' },
      { ...same, sourceName: 'porto' },
    ]);
    expect(new Set(events.map(({ uuid }) => uuid)).size).toBe(3);
    expect([...callsOfEvents(events).values()].map(({ callId, queue }) => [callId, queue])).toEqual([
      ['1', '900'],
      ['lisbon:1', 'lisbon:900'],
      ['porto:1', 'porto:900'],
    ]);
  });

  it('do not change what its events say otherwise', () => {
    fc.assert(
      fc.property(logs(), (log) => {
        const calls = [...callsOfEvents(eventsOf(log)).values()];
        const named = [
          ...callsOfEvents(eventsOf(log.map((delivery) => ({ ...delivery, sourceName: 'lisbon' })))).values(),
        ];
        const outline = ({ state, beganAt, finishedAt, theirNumber, visits, segments }: (typeof calls)[number]) => ({
          state, beganAt, finishedAt, theirNumber, visits: visits.map(({ outcome, waitMs }) => [outcome, waitMs]), segments: segments.length,
        }); // prettier-ignore
        expect(named.map(outline)).toEqual(calls.map(outline));
      }),
    );
  });
});

describe('an event that states several facts', () => {
  const answered: SeveralFacts = {
    type: 'answer',
    call: '1',
    time: '2026-03-02T13:00:00Z',
    facts: [
      { kind: 'actor.entered', actor: 'ana', queue: '900', number: '200' },
      { kind: 'call.ongoing', their_number: '11988887777' },
    ],
  };

  it('is one event, whose facts are numbered', () => {
    const event = several(answered, 'lisbon');
    expect(event).toMatchObject({ source: 'several', type: 'answer', callId: 'lisbon:1', kind: 'actor.entered' });
    expect(factsOf(event).map(({ uuid, part, kind, actor, queue }) => [uuid, part, kind, actor, queue])).toEqual([
      [event.uuid, 0, 'actor.entered', 'lisbon:ana', 'lisbon:900'],
      [event.uuid, 1, 'call.ongoing', null, null],
    ]);
  });

  it('shows a fact about presence first', () => {
    const facts = [...answered.facts, { kind: 'actor.paused', actor: 'ana' }];
    expect(several({ ...answered, facts })).toMatchObject({
      kind: 'actor.paused',
      facts: [{ kind: 'actor.paused' }, { kind: 'actor.entered' }, { kind: 'call.ongoing' }],
    });
  });

  it('is refused if it is about several agents and no call, has too many facts, or a text that is too long', () => {
    const problem = (facts: readonly FactJson[]) => parse({ type: 'x', facts }, { source: 'several' });
    const pause = (actor: string): FactJson => ({ kind: 'actor.paused', actor });
    expect(problem([pause('ana'), pause('bia')])).toEqual({
      problem: 'The event names no call, and states facts about several agents.',
    });
    expect(problem(Array.from({ length: 257 }, () => pause('ana')))).toEqual({
      problem: 'The event states more than 256 facts.',
    });
    expect(problem([{ ...pause('ana'), queue: 'x'.repeat(513) }])).toEqual({
      problem: '"queue" is longer than 512 bytes.',
    });
  });

  it('has texts that the tables can store', () => {
    const number = '\u00007'.repeat(200);
    expect(several({ ...answered, facts: [{ kind: 'call.new', queue: '9\u0000\ud800', number }] })).toMatchObject({
      queue: '9\uFFFD\uFFFD',
      number: null,
      omitted: ['number'],
    });
  });

  it('is the same call in any order and with duplicates', () => {
    fc.assert(
      fc.property(severalFactsLogs(), fc.array(fc.nat(), { maxLength: 5 }), (log, again) => {
        const events = eventsOf(log);
        const more = [...events, ...again.map((i) => events[i % events.length]!)];
        for (const order of [more, more.toReversed()]) {
          const calls = callsOfEvents(order);
          for (const [callId, call] of callsOfEvents(events)) expect(calls.get(callId)).toEqual(call);
        }
      }),
    );
  });

  it('is restored from its facts as JSON', () => {
    fc.assert(
      fc.property(severalFactsLogs(), (log) => {
        for (const event of eventsOf(log)) {
          const [first, ...others] = JSON.parse(JSON.stringify(factsJson(event))) as [FactJson, ...FactJson[]];
          expect(factsOf(eventOfFacts(event, [first, ...others]))).toEqual(factsOf(event));
        }
      }),
    );
  });
});

it('a record of a source that is not known is no event', () => {
  const record = { value: Buffer.from('{}'), partition: 0, offset: 0, receivedAt: 0, uuidOf: () => '' };
  expect(decode({ ...record, source: 'several', sourceName: null })).toEqual({
    problem: 'The source "several" is not known.',
  });
});
