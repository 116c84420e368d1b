import { agentsNow, defaultRules } from '../testing/agents.ts';
import { callsOfEvents, eventsOf, fixtureLog, fixtureEvents } from '../testing/index.ts';
import { isCounted, totalsOf } from './index.ts';
import type { Call } from './index.ts';

const second = (ms: number | null) => (ms === null ? '' : new Date(ms).toISOString().slice(11, 19));
const callsOf = (name: string): Call[] => [...callsOfEvents(eventsOf(fixtureLog(name))).values()];

/** A call in one line. */
function summaryOf(call: Call): string {
  const agents = call.segments.map((s) => `${s.actor.split('@')[0]} ${second(s.enteredAt)}-${second(s.endedAt)}`);
  const queues = call.visits.map((v) => `${v.queue}:${v.outcome}${v.waitMs === null ? '' : ` ${v.waitMs / 1000}s`}`);
  return [
    call.state,
    call.direction ?? '',
    call.queue ?? '',
    second(call.answeredAt),
    second(call.finishedAt),
    queues.join(' '),
    agents.join(', '),
  ].join(' | ');
}

describe('the call of fixtures/events', () => {
  // state | direction | queue | answered | finished | visits | agents
  it.each([
    ['01-nominal', 'FINISHED | inbound | 900 | 13:00:15 | 13:01:36 | 900:answered 12s | ana 13:00:15-13:01:35'],
    ['02-no-standby', 'FINISHED | outbound | 900 | 13:00:25 | 13:01:46 | 900:answered 12s | ana 13:00:25-13:01:45'],
    ['03-never-queued', 'FINISHED | inbound |  | 13:00:24 | 13:01:00 |  | '],
    ['04-instant-end', 'FINISHED | inbound |  |  | 13:00:30 |  | '],
    ['05-abandoned', 'FINISHED | inbound | 900 |  | 13:01:15 | 900:abandoned 34s | ana -13:01:00'],
    ['06-ended-in-ivr', 'FINISHED | inbound |  |  | 13:01:10 |  | '],
    [
      '07-second-agent',
      'FINISHED | inbound | 900 | 13:01:41 | 13:03:20 | 900:answered 20s | ana -13:01:37, bia 13:01:41-13:03:20',
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
    expect(callsOf(name).map(summaryOf)).toEqual([expected]);
  });

  it('18-presence: logged in to two queues, paused, unpaused, logged out', () => {
    const events = eventsOf(fixtureLog('18-presence'));
    const presence = (count: number) => {
      const known = events.slice(0, count);
      return agentsNow(known, [], { now: Date.UTC(2026, 2, 2, 14, 1), rules: defaultRules }).get('ana@example.com')
        ?.queues;
    };
    const inBothQueues = (expected: string) =>
      ['900', '901'].map((queue) => expect.objectContaining({ queue, presence: expected }) as unknown);
    expect([2, 4, 6, 8].map(presence)).toEqual(['available', 'paused', 'available', 'logged_out'].map(inBothQueues));
  });

  it('19-odd-values: three calls, whose numbers keep their source text', () => {
    expect(callsOf('19-odd-values').map(({ callId, state, queue, code }) => [callId, state, queue, code])).toEqual([
      ['1772456400.30990', 'FINISHED', '900', '42'],
      ['6f1c1c7e-53b5-4b6c-9f5e-1d9a2f0b7c11', 'NEW', null, null],
      ['CA0123456789abcdef0123456789abcdef', 'ONGOING', null, null],
    ]);
  });

  it('all together: totals count inbound calls only, without negative waits', () => {
    const calls = [...fixtureEvents.keys()].flatMap(callsOf).filter((call) => call.callId !== '1772456400.30990');
    const totals = totalsOf(
      calls.filter(isCounted).flatMap(({ visits }) => visits),
      {
        serviceLevelMs: 20_000,
        shortAbandonMs: 5_000,
      },
    );
    expect(totals).toMatchObject({
      answered: 9,
      abandoned: 1,
      flowedOut: 1,
      serviceLevel: 0.9,
      abandonRate: 0.1,
      asaMs: 91_000 / 9,
    });
    expect(calls.flatMap(({ visits }) => visits).every((visit) => (visit.waitMs ?? 0) >= 0)).toBe(true);
  });
});
