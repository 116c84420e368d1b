import { callsOfEvents, eventsOf, fixtureEvents } from '@callstream/domain/testing';
import { createNameLookup, noNames } from '../names/name-lookup.ts';
import { defaultRoute } from '../route.ts';
import { createMatcher, filterAndSortCalls } from './call-list.ts';

const receivedAt = '2026-03-02T13:00:00Z';
const callsOf = (...bodies: object[]) => [
  ...callsOfEvents(eventsOf(bodies.map((body) => ({ body: JSON.stringify(body), receivedAt })))).values(),
];
const waits = (call_id: string, seconds: number, more: object = {}) => ({
  type: 'call.waiting',
  call_id,
  queue: '900',
  timestamp: `2026-03-02T13:00:${String(seconds).padStart(2, '0')}Z`,
  ...more,
});
const ids = (calls: readonly { callId: string }[]) => calls.map(({ callId }) => callId);

describe('the list of calls', () => {
  const calls = callsOf(
    waits('b', 20),
    waits('a', 30, { queue: '901', their_number: '+55 11 91234-0001' }),
    waits('c', 10),
    { type: 'call.ongoing', call_id: 'd', timestamp: '2026-03-02T13:00:01Z' },
    { type: 'call.finished', call_id: 'e', timestamp: '2026-03-02T13:00:02Z' },
    { type: 'call.finished', call_id: 'f', timestamp: '2026-03-02T13:00:03Z' },
  );
  it('has waiting calls first, the longest wait first, and finished calls last, the latest first', () => {
    expect(ids(filterAndSortCalls(calls, defaultRoute, noNames))).toEqual(['c', 'b', 'a', 'd', 'f', 'e']);
  });
  it('has only calls that match state, queue and search', () => {
    expect(ids(filterAndSortCalls(calls, { ...defaultRoute, states: ['ONGOING', 'FINISHED'] }, noNames))).toEqual([
      'd',
      'f',
      'e',
    ]);
    expect(ids(filterAndSortCalls(calls, { ...defaultRoute, queue: '901' }, noNames))).toEqual(['a']);
    expect(
      ids(filterAndSortCalls(calls, { ...defaultRoute, queue: '', states: ['FINISHED'], search: 'E' }, noNames)),
    ).toEqual(['e']);
  });
  it('can be sorted in descending order', () => {
    expect(ids(filterAndSortCalls(calls, { ...defaultRoute, sort: 'timer', isDescending: true }, noNames))[0]).toBe(
      'a',
    );
    expect(ids(filterAndSortCalls(calls, { ...defaultRoute, sort: 'queue', isDescending: true }, noNames))[0]).toBe(
      'a',
    );
  });
  it('is sorted by the names of queues and agents, and by ids without a name', () => {
    const queues = { '900': 'Zoo', WQ0123456789abcdef0123456789abcdef: 'acima' };
    const named = callsOf(
      waits('z', 1),
      waits('a', 2, { queue: 'WQ0123456789abcdef0123456789abcdef' }),
      waits('id10', 3, { queue: 'b10' }),
      waits('id9', 4, { queue: 'b9' }),
    );
    const sorted = (isDescending: boolean) =>
      ids(
        filterAndSortCalls(
          named,
          { ...defaultRoute, sort: 'queue', isDescending },
          createNameLookup({ queues, agents: {} }),
        ),
      );
    expect(sorted(false)).toEqual(['a', 'id9', 'id10', 'z']);
    expect(sorted(true)).toEqual(['z', 'id10', 'id9', 'a']);
  });
  it('has every call of the fixtures when there is no filter', () => {
    const all = [
      ...callsOfEvents(eventsOf([...fixtureEvents.values()].flat().map((body) => ({ body, receivedAt })))).values(),
    ];
    expect(filterAndSortCalls(all, defaultRoute, noNames)).toHaveLength(all.length);
  });
});

describe('a search', () => {
  const [call] = callsOf(waits('1463669263.30033', 1, { their_number: '+55 11 91234-0001', our_number: '0800123000' }));
  it.each(['', '30033', '91234-0001', '912340001', '(11) 91234', '+5511', '0800'])('matches a call by %p', (text) => {
    expect(createMatcher(text, noNames)(call!)).toBe(true);
  });
  it.each(['30034', '9999', 'ana', '-', 'a1'])('matches only parts of call_id, number, queue and agent: %p', (text) => {
    expect(createMatcher(text, noNames)(call!)).toBe(text === '-');
  });
});

it('a search finds names and ids of queues and agents, without regard to case and accents', () => {
  const [call] = callsOf(waits('1', 1, { queue: 'WQ77' }), {
    type: 'actor.entered',
    call_id: '1',
    actor: 'joao@example.com',
    queue: 'WQ77',
    timestamp: '2026-03-02T13:00:05Z',
  });
  const names = createNameLookup({ queues: { WQ77: 'Atenção' }, agents: { 'joao@example.com': 'João Conceição' } });
  for (const text of ['wq77', 'atencao', 'Atenção', 'JOAO@', 'joão', 'conceicao'])
    expect([text, createMatcher(text, names)(call!)]).toEqual([text, true]);
  expect(createMatcher('conceicao', noNames)(call!)).toBe(false);
  // Ids are looked up among the names only, not among what every object has.
  expect(createNameLookup({ queues: {}, agents: {} }).queue('constructor')).toBeNull();
});
