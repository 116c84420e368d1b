import fc from 'fast-check';
import { days } from '../testing/days.ts';
import { callsOfEvents, eventsOf, fixtureLog, logs } from '../testing/index.ts';
import { deliveriesOf, parseStoryTime } from '../testing/script.ts';
import { callOutcome, callOutcomes, directionOf } from './index.ts';
import type { Call, CallOutcome } from './index.ts';

const staleAfterMs = 7_200_000;

/** The outcome, ten minutes after the story's start, of the call that a script tells: see `deliveriesOf`. */
function outcomeOf(script: string, now = '10:00'): CallOutcome {
  const call = callsOfEvents(eventsOf(deliveriesOf(script))).get('c');
  if (!call) throw new Error('The script has no call c.');
  return callOutcome(call, parseStoryTime(now), staleAfterMs);
}

describe('an inbound call, or one of an unknown direction,', () => {
  it.each([
    ['is answered if it is answered in a queue', 'answered', '0:05 waiting 900\n0:10 entered ana 900\n1:30 finished'],
    ['is answered as soon as it is, before its end', 'answered', '0:05 waiting 900\n0:10 entered ana 900'],
    ['is answered if the queue to which it overflowed answers', 'answered', '0:05 waiting 900\n0:07 overflow →901\n0:10 entered ana 901'],
    ['is answered if the caller is then sent to another queue, and leaves that one', 'answered', '0:05 waiting 900\n0:10 entered ana 900\n1:00 waiting 901\n1:20 abandon 901\n1:30 finished'],
    ['is answered without a queue if it never waited', 'answered_without_queue', '0:04 ongoing\n1:30 finished'],
    ['is answered without a queue if it waits only after its last answer', 'answered_without_queue', '0:04 ongoing\n0:30 waiting 900\n1:30 finished'],
    ['is abandoned if it ends while it waits', 'abandoned', '0:05 waiting 900\n1:30 finished'],
    ['is abandoned if the caller leaves the queue', 'abandoned', '0:05 waiting 900\n0:20 abandon'],
    ['is abandoned if only the abandon is known', 'abandoned', '0:20 abandon 900\n0:21 finished'],
    ['is abandoned if a phone answers while the caller waits, and no agent enters', 'abandoned', '0:05 waiting 900\n0:10 peer.answered number=200\n0:11 abandon 900\n0:12 finished'],
    ['is answered without a queue if a phone that was dialled answers', 'answered_without_queue', '0:10 peer.answered number=200\n1:30 finished'],
    ['flowed out if the wait was too long for the queue', 'flowed_out', '0:05 waiting 900\n0:35 abandon 900\n0:35 call.queue-timeout\n1:30 finished'],
    ['flowed out if the queue did not let it in', 'flowed_out', '0:05 call.queue-full 900\n1:30 finished'],
    ['flowed out if it left its queues for another destination, and ended unanswered', 'flowed_out', '0:05 waiting 900\n0:20 standby\n1:30 finished'],
    ['ended before a queue', 'ended_before_queue', '0:02 standby\n1:30 finished'],
    ['is open while it waits', 'open', '0:05 waiting 900'],
    ['is open once it left the queue for another destination', 'open', '0:05 waiting 900\n0:20 standby'],
  ] as const)('%s', (_, outcome, script) => {
    expect([' inbound', ''].map((direction) => outcomeOf(`0:00 new${direction}\n${script}`))).toEqual([outcome, outcome]);
  }); // prettier-ignore
});

it.each([
  ['0:05 waiting 900\n0:10 entered ana 900\n1:30 finished', 'connected', 'answered'],
  ['0:05 waiting 900\n1:30 finished', 'not_connected', 'not_answered'],
  ['0:05 waiting 900', 'open', 'open'],
])(
  'an outbound call is connected or not, an internal one answered or not, also in a queue: %j',
  (script, ...outcomes) => {
    expect(['outbound', 'internal'].map((direction) => outcomeOf(`0:00 new ${direction}\n${script}`))).toEqual(
      outcomes,
    );
  },
);

it('the outcome of an unfinished call without an event for too long is not known, unless it was decided before', () => {
  const later = (script: string) => outcomeOf(script, '5:00:00');
  expect(later('0:00 new inbound\n0:05 waiting 900')).toBe('not_known');
  expect(later('0:00 new outbound')).toBe('not_known');
  expect(later('0:00 new inbound\n0:05 waiting 900\n0:10 entered ana 900')).toBe('answered');
});

/** The outcome of an inbound call from its queue visits and answers, in other words. */
function expectedInbound({ visits, beganAt, answeredAt, finishedAt, abandonedAt }: Call): CallOutcome {
  const ofLife = visits.filter(({ waitingAt }) => waitingAt >= beganAt);
  const last = ofLife.at(-1)?.outcome;
  if (ofLife.some(({ outcome }) => outcome === 'answered')) return 'answered';
  if (answeredAt !== null) return 'answered_without_queue';
  if (last === 'abandoned' || (last === undefined && abandonedAt !== null)) return 'abandoned';
  if (finishedAt === null) return 'open';
  return last === 'flowed_out' ? 'flowed_out' : 'ended_before_queue';
}

describe('of generated calls', () => {
  it('each has one of the outcomes of its direction', () => {
    fc.assert(
      fc.property(logs(40), fc.nat(4 * 3_600_000), (log, later) => {
        for (const call of callsOfEvents(eventsOf(log)).values())
          expect(callOutcomes[directionOf(call)]).toContain(callOutcome(call, call.createdAt + later, staleAfterMs));
      }),
    );
  });
  it('the outcome is that of the queue visits of the latest life', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(days(60), ({ log }) => {
        for (const call of callsOfEvents(eventsOf(log)).values()) {
          const outcome = callOutcome(call, call.heardAt, staleAfterMs);
          seen.add(outcome);
          expect(outcome).toBe(expectedInbound(call));
        }
      }),
      { numRuns: 300 },
    );
    expect([...seen].toSorted()).toEqual(
      expect.arrayContaining(['abandoned', 'answered', 'ended_before_queue', 'open']),
    );
  });
  it('the fixtures have the outcomes that their names promise', () => {
    const outcome = (name: string) =>
      [...callsOfEvents(eventsOf(fixtureLog(name))).values()].map((call) =>
        callOutcome(call, call.heardAt, staleAfterMs),
      );
    expect(
      ['01-nominal', '03-never-queued', '05-abandoned', '06-ended-in-ivr', '16-internal', '17-dialer'].map(outcome),
    ).toEqual([
      ['answered'],
      ['answered_without_queue'],
      ['abandoned'],
      ['ended_before_queue'],
      ['answered'],
      ['connected'],
    ]);
  });
});
