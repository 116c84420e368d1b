import { callsOfEvents, eventsOf, fixtureEvents } from '@callstream/domain/testing';
import { defaultRoute } from '../route.ts';
import { matchesSearch, filterAndSortCalls } from './call-list.ts';

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
    expect(ids(filterAndSortCalls(calls, defaultRoute))).toEqual(['c', 'b', 'a', 'd', 'f', 'e']);
  });
  it('has only calls that match state, queue and search', () => {
    expect(ids(filterAndSortCalls(calls, { ...defaultRoute, states: ['ONGOING', 'FINISHED'] }))).toEqual([
      'd',
      'f',
      'e',
    ]);
    expect(ids(filterAndSortCalls(calls, { ...defaultRoute, queue: '901' }))).toEqual(['a']);
    expect(ids(filterAndSortCalls(calls, { ...defaultRoute, queue: '', states: ['FINISHED'], search: 'E' }))).toEqual([
      'e',
    ]);
  });
  it('can be sorted in descending order', () => {
    expect(ids(filterAndSortCalls(calls, { ...defaultRoute, sort: 'timer', isDescending: true }))[0]).toBe('a');
    expect(ids(filterAndSortCalls(calls, { ...defaultRoute, sort: 'queue', isDescending: true }))[0]).toBe('a');
  });
  it('has every call of the fixtures when there is no filter', () => {
    const all = [
      ...callsOfEvents(eventsOf([...fixtureEvents.values()].flat().map((body) => ({ body, receivedAt })))).values(),
    ];
    expect(filterAndSortCalls(all, defaultRoute)).toHaveLength(all.length);
  });
});

describe('a search', () => {
  const [call] = callsOf(waits('1463669263.30033', 1, { their_number: '+55 11 91234-0001', our_number: '0800123000' }));
  it.each(['', '30033', '91234-0001', '912340001', '(11) 91234', '+5511', '0800'])('matches a call by %p', (text) => {
    expect(matchesSearch(call!, text)).toBe(true);
  });
  it.each(['30034', '9999', 'ana', '-', 'a1'])('matches only parts of call_id, number and agent: %p', (text) => {
    expect(matchesSearch(call!, text)).toBe(text === '-');
  });
});
