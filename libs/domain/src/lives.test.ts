import { eventsOf, lifeOf, lives } from '../testing/index.ts';
import {
  agentKey,
  elapsedMs,
  fold,
  foldAgents,
  isCounted,
  isOnCall,
  isStale,
  isTalking,
  isWaiting,
  presenceOf,
  stateOfCall,
  totalsOf,
  visitsOf,
} from './index.ts';
import type { Call } from './index.ts';

const staleAfterMs = 120 * 60_000;
const second = (ms: number | null) => (ms === null ? '' : new Date(ms).toISOString().slice(11, 19));
const callsOf = (name: string): Call[] => [...fold(eventsOf(lifeOf(name))).values()];

/** What a supervisor would say of a call, in one line. */
function told(call: Call): string {
  const agents = call.agents.map((a) => `${a.actor.split('@')[0]} ${second(a.enteredAt)}-${second(a.leftLastAt)}`);
  const queues = visitsOf(call).map((v) => `${v.queue}:${v.outcome}${v.waitMs === null ? '' : ` ${v.waitMs / 1000}s`}`);
  return [
    stateOfCall(call),
    call.parties.direction ?? '',
    call.queue.value ?? '',
    second(call.answeredAt),
    second(call.finishedAt),
    queues.join(' '),
    agents.join(', '),
  ].join(' | ');
}

describe('the lives of calls', () => {
  // state | direction | queue | answered | finished | visits | agents
  it.each([
    ['01-nominal', 'FINISHED | inbound | 900 | 13:00:15 | 13:01:36 | 900:answered 12s | ana 13:00:15-13:01:35'],
    ['02-no-standby', 'FINISHED | outbound | 900 | 13:00:25 | 13:01:46 | 900:answered 12s | ana 13:00:25-13:01:45'],
    ['03-never-queued', 'FINISHED | inbound |  | 13:00:24 | 13:01:00 |  | '],
    ['04-instant-end', 'FINISHED | inbound |  |  | 13:00:30 |  | '],
    ['05-abandoned', 'FINISHED | inbound | 900 |  | 13:01:15 | 900:abandoned 34s | ana -'],
    ['06-ended-in-ivr', 'FINISHED | inbound |  |  | 13:01:10 |  | '],
    [
      '07-second-agent',
      'FINISHED | inbound | 900 | 13:01:41 | 13:03:20 | 900:answered 20s | ana -, bia 13:01:41-13:03:20',
    ],
    [
      '08-overflow',
      'FINISHED | inbound | 910 | 13:03:00 | 13:04:01 | 900:flowed_out 910:answered 9s | bia 13:03:00-13:04:00',
    ],
    [
      '09-transfer',
      'FINISHED | inbound | 901 | 13:05:10 | 13:07:01 | 900:answered 9s 901:answered 8s | ana 13:05:10-13:05:52, bia 13:06:00-13:07:00',
    ],
    [
      '10-two-agents',
      'FINISHED | inbound | 900 | 13:07:20 | 13:08:50 | 900:answered 9s | ana 13:07:20-13:08:20, bia 13:07:40-13:08:50',
    ],
    ['11-after-the-end', 'FINISHED | inbound | 900 | 13:10:15 | 13:11:36 | 900:answered 12s | ana 13:10:15-13:11:36'],
    ['12-reordered', 'FINISHED | inbound | 900 | 13:13:20 | 13:13:20 | 900:answered 0s | ana 13:13:20-13:13:20'],
    ['13-duplicates', 'FINISHED | inbound | 900 | 13:15:15 | 13:16:36 | 900:answered 12s | ana 13:15:15-13:16:35'],
    ['14-seen-late', 'FINISHED | inbound | 900 | 13:16:40 | 13:17:11 |  | ana -13:17:10'],
    ['15-never-finished', 'WAITING | inbound | 900 |  |  | 900:open | '],
    ['16-internal', 'FINISHED | internal |  | 13:20:05 | 13:21:00 |  | '],
    ['17-dialer', 'FINISHED | outbound | 900 | 13:22:17 | 13:23:00 | 900:answered 2s | ana 13:22:17-13:23:00'],
  ])('%s', (name, expected) => {
    expect(callsOf(name).map(told)).toEqual([expected]);
  });

  it('18-presence: logged in to two queues, paused, unpaused, logged out', () => {
    const events = eventsOf(lifeOf('18-presence'));
    const presence = (count: number) => {
      const agent = foldAgents(events.slice(0, count)).get(agentKey({ actor: 'ana@example.com', queue: '900' }));
      return presenceOf(agent!, [], Date.UTC(2026, 2, 2, 14));
    };
    expect([2, 4, 6, 8].map(presence)).toEqual(['available', 'paused', 'available', 'logged_out']);
    expect(foldAgents(events).size).toBe(2);
  });

  it('19-odd-values: nothing is lost, and the numbers keep their text', () => {
    expect(
      callsOf('19-odd-values').map((call) => [call.callId, stateOfCall(call), call.queue.value, call.code]),
    ).toEqual([
      ['1463669263.30033', 'FINISHED', '900', '42'].with(0, '1772456400.30990'),
      ['6f1c1c7e-53b5-4b6c-9f5e-1d9a2f0b7c11', 'NEW', null, null],
      ['CA0123456789abcdef0123456789abcdef', 'ONGOING', null, null],
    ]);
    expect(foldAgents(eventsOf(lifeOf('19-odd-values'))).size).toBe(2);
  });

  it('counts the day as a supervisor would', () => {
    const calls = [...lives.keys()].flatMap(callsOf).filter((call) => call.callId !== '1772456400.30990');
    const totals = totalsOf(calls.filter(isCounted).flatMap(visitsOf), {
      serviceLevelMs: 20_000,
      shortAbandonMs: 5_000,
    });
    expect(totals).toMatchObject({
      answered: 9,
      abandoned: 1,
      flowedOut: 1,
      serviceLevel: 0.9,
      abandonRate: 0.1,
      asaMs: 91_000 / 9,
    });
    expect(calls.flatMap(visitsOf).every((visit) => (visit.waitMs ?? 0) >= 0)).toBe(true);
  });
});

describe('a call that waits', () => {
  const calls = (lines: number) => fold(eventsOf(lifeOf('09-transfer').slice(0, lines))).get('1772456400.30108')!;
  const now = Date.UTC(2026, 2, 2, 13, 6);
  it('waits until an agent enters, and again after a transfer', () => {
    expect([2, 3, 4, 7, 8, 9].map((n) => isWaiting(calls(n), now, staleAfterMs))).toEqual([
      true,
      false,
      false,
      true,
      false,
      false,
    ]);
    expect([2, 4, 7, 9].map((n) => isTalking(calls(n), now, staleAfterMs))).toEqual([false, true, false, true]);
  });
  it('does not wait any more once abandoned, but waits if it came back after that', () => {
    const at = (s: number, type: string) => ({
      body: JSON.stringify({ type, call_id: 'c', queue: '9', timestamp: `2026-03-02T13:00:0${s}Z` }),
      receivedAt: '2026-03-02T13:00:00Z',
    });
    const waits = (...log: ReturnType<typeof at>[]) => isWaiting(fold(eventsOf(log)).get('c')!, now, staleAfterMs);
    expect(waits(at(1, 'call.waiting'), at(2, 'call.queue-abandon'))).toBe(false);
    expect(waits(at(1, 'call.waiting'), at(2, 'call.queue-abandon'), at(3, 'call.waiting'))).toBe(true);
  });
  it('is stale when nothing was heard for two hours, and then in no other count', () => {
    const [call] = callsOf('15-never-finished');
    const heard = call!.updatedAt;
    expect([
      isStale(call!, heard + staleAfterMs, staleAfterMs),
      isStale(call!, heard + staleAfterMs + 1, staleAfterMs),
    ]).toEqual([false, true]);
    expect(isWaiting(call!, heard + staleAfterMs + 1, staleAfterMs)).toBe(false);
  });
});

describe('an agent', () => {
  const [, , , entered] = eventsOf(lifeOf('01-nominal'));
  const onCall = fold([entered!]).values().next().value!.agents;
  const agent = foldAgents([entered!]).values().next().value!;
  it('is on a call until the agent leaves it', () => {
    expect(onCall.map(isOnCall)).toEqual([true]);
    expect(presenceOf(agent, onCall, entered!.at)).toBe('on_call');
    expect(callsOf('01-nominal')[0]!.agents.map(isOnCall)).toEqual([false]);
  });
  it('rings until it is taken or given up', () => {
    const rings = callsOf('07-second-agent')[0]!.agents;
    expect(rings.map((a) => presenceOf(agent, [a], entered!.at))).toEqual(['available', 'available']);
    const ringing = fold(eventsOf(lifeOf('07-second-agent').slice(0, 3)))
      .values()
      .next().value!.agents;
    expect(presenceOf(agent, ringing, entered!.at)).toBe('ringing');
  });
  it('that never logged in counts as gone after 12 hours unseen', () => {
    const hours = (h: number) => presenceOf(agent, [], entered!.at + h * 3_600_000);
    expect([hours(12), hours(12.001)]).toEqual(['available', 'logged_out']);
  });
  it('is logged out when in and out have the same time', () =>
    expect(presenceOf({ ...agent, loggedInAt: 5, loggedOutAt: 5 }, [], 6)).toBe('logged_out'));
});

it('a duration that ends before it begins is 0', () => expect(elapsedMs(10, 5)).toBe(0));
