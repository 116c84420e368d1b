import fc from 'fast-check';
import { agentsNow, defaultRules } from '../../../testing/agents.ts';
import { callsOfEvents, eventsOf } from '../../../testing/index.ts';
import type { TestDelivery } from '../../../testing/index.ts';
import { differences, expectedVisits, extensionOf, pbxCallOf, visitsOf, waitsOf } from '../../../testing/pbx-truth.ts';
import { pbxDelivery, pbxEvents, pbxQueueLog, pbxTruth } from '../../../testing/pbx.ts';
import type { TrueCall } from '../../../testing/pbx.ts';
import { callOutcome, countVisits, isCounted, isCurrent } from '../../index.ts';
import type { Call, CallEvent, VisitCounts } from '../../index.ts';

const log = pbxEvents.map(pbxDelivery);
/** As of a PBX without `timestampevents`, by one connector. */
const logWithoutTimes = pbxEvents.map(({ receivedAt, fields: { Timestamp: _, ...fields } }, i) =>
  pbxDelivery({ receivedAt, fields: { ...fields, CallstreamConnection: 'c1', CallstreamCount: i } }),
);

const callsOf = (deliveries: readonly TestDelivery[]): Map<string, Call> => callsOfEvents(eventsOf(deliveries));
const calls = callsOf(log);
/** Talks that an agent ended by a transfer, as call and extension; `local`: its phone is behind a Local member. */
const transferred = new Map([
  ['18 201', 'phone'],
  ['19 203', 'local'],
  ['20 200', 'phone'],
  ['22 202', 'phone'],
  ['23 204', 'local'],
  ['24 200', 'phone'],
  ['24 203', 'local'],
]);

/** By how much the talk of each agent differs from what the phone measured, in s. Talks under 0.1 s are lost races. */
const talkDifferences = (all = calls): Map<string, number> =>
  new Map(
    pbxTruth.flatMap((truth) =>
      pbxCallOf(truth, all)
        .segments.filter(({ enteredAt }) => enteredAt !== null)
        .map(({ number, enteredAt, endedAt }) => {
          const talk = truth.talks.find(({ agent }) => agent === number);
          const seconds = ((endedAt ?? NaN) - (enteredAt ?? NaN)) / 1_000;
          return [`${truth.n} ${number ?? ''}`, Math.abs((talk?.talk_s ?? NaN) - seconds)] as const;
        }),
    ),
  );

/** What agents do at the end of the capture. */
const presencesOf = (events: readonly CallEvent[], all: Map<string, Call>): (string | null)[][] =>
  [...agentsNow(events, [...all.values()], { now: Date.parse('2026-11-28T21:25:24Z'), rules: defaultRules })].flatMap(
    ([actor, { queues }]) => queues.map(({ queue, presence }) => [extensionOf(actor), queue, presence]),
  );

describe('the capture of a real PBX', () => {
  it('is read without a problem, and each of the 63 incoming calls ends', () => {
    expect(pbxTruth).toHaveLength(63);
    expect(eventsOf(log)).toHaveLength(pbxEvents.length);
    expect(pbxTruth.map((truth) => pbxCallOf(truth, calls).state)).toEqual(pbxTruth.map(() => 'FINISHED'));
  });

  it('leaves nobody waiting, ringing or on a call', () => {
    expect([...calls.values()].filter(isCurrent)).toEqual([]);
    const open = [...calls.values()].flatMap(({ segments }) => segments).filter(({ endedAt }) => endedAt === null);
    expect(open).toEqual([]);
  });

  it.each(pbxTruth.map((truth) => [truth.n, truth] as const))(
    'has the queues, exits and agents of call %i as the PBX has them',
    (_, truth) => expect(visitsOf(pbxCallOf(truth, calls))).toEqual(expectedVisits(truth)),
  );

  it('has the outcomes that the phones saw; who hangs up in the moment of the answer is judged by the PBX', () => {
    const expected = (truth: TrueCall): string => {
      const [text, last] = [truth.outcome, truth.pbx.visits.at(-1)];
      if (text.startsWith('answered and given up')) return last?.how ?? '';
      if (text === 'ended in the menu' || text === 'ended before any queue') return 'ended_before_queue';
      return text === 'answered' || text === 'abandoned' ? text : 'flowed_out';
    };
    const outcomeOf = (call: Call): string => callOutcome(call, call.heardAt, defaultRules.staleAfterMs);
    expect(pbxTruth.map((truth) => outcomeOf(pbxCallOf(truth, calls)))).toEqual(pbxTruth.map(expected));
  });

  it('has the waits within 3 ms of those of the PBX', () => {
    for (const truth of pbxTruth)
      for (const [i, { wait_s }] of truth.pbx.visits.entries())
        expect(Math.abs((waitsOf(pbxCallOf(truth, calls))[i] ?? 0) - (wait_s ?? 0) * 1_000)).toBeLessThanOrEqual(3.5);
  });

  it('has the talks within 0.1 s of those of the phones; a phone that transferred a caller hangs up 3 s later', () => {
    const differing = talkDifferences();
    expect(differing.size).toBe(
      pbxTruth.flatMap(({ pbx }) => pbx.visits).filter(({ how }) => how === 'answered').length,
    );
    for (const [talk, difference] of differing)
      if (transferred.has(talk)) expect(Math.abs(difference - 3.003)).toBeLessThan(0.01);
      else expect(difference).toBeLessThan(0.1);
    expect([...transferred.keys()].filter((talk) => !differing.has(talk))).toEqual([]);
  });

  it('counts no feature code, and no outgoing or internal call, as one of a caller', () => {
    const counted = [...calls.values()].filter((call) => call.isOpened && isCounted(call));
    expect(counted.map(({ callId }) => callId).toSorted()).toEqual(pbxTruth.map(({ pbx }) => pbx.linkedid).toSorted());
    const others = [...calls.values()].filter((call) => !isCounted(call));
    expect(
      others.map((call) => [call.ourNumber, call.theirNumber, callOutcome(call, call.heardAt, Infinity)]).toSorted(),
    ).toEqual([
      ['200', '1601', 'not_connected'],
      ['200', '201', 'answered'],
      ['200', '204', 'answered'],
      ['200', '204', 'answered'],
      ['201', '1502', 'connected'],
      ['201', '1701', 'not_connected'],
      ['201', '205', 'answered'],
      ['204', '1503', 'connected'],
    ]);
  });

  it('has the recording of each caller who came into support', () => {
    expect(pbxCallOf(pbxTruth[0]!, calls).recordingUrl).toBe('/var/spool/asterisk/monitor/1795900699.1.wav');
  });

  it('has agents as they were: 200 and 201 logged in, 202, 203 and 205 logged out', () => {
    expect(presencesOf(eventsOf(log), calls)).toEqual([
      ['200', 'support', 'available'],
      ['201', 'support', 'available'],
      ['202', 'support', 'logged_out'],
      ['203', 'support', 'logged_out'],
      ['203', 'sales', 'available'],
      ['204', 'sales', 'available'],
      ['205', 'sales', 'logged_out'],
    ]);
  });
});

describe('the totals per queue', () => {
  const thresholds = { serviceLevelMs: 5_000, shortAbandonMs: 2_000 };
  const totalsOf = (queue: string): VisitCounts =>
    countVisits(
      [...calls.values()].filter(isCounted).flatMap(({ visits }) => visits.filter((visit) => visit.queue === queue)),
      thresholds,
    );

  it.each([
    ['support', { full: 0, empty: 1 }],
    ['sales', { full: 1, empty: 0 }],
  ])('of %s equal a recount of its queue_log', (queue, refused) => {
    const count = (event: string): number =>
      pbxQueueLog.filter((line) => line[2] === queue && line[4] === event).length;
    const { visits, answered, abandoned, timedOut, byKey, full, empty, withdrawn, flowedOut, open } = totalsOf(queue);
    expect({ visits, answered, abandoned, timedOut, byKey, full, empty, withdrawn, flowedOut, open }).toEqual({
      // It has no line of a caller who is not let in.
      visits: count('ENTERQUEUE') + refused.full + refused.empty,
      answered: count('CONNECT'),
      abandoned: count('ABANDON'),
      timedOut: count('EXITWITHTIMEOUT'),
      byKey: count('EXITWITHKEY'),
      ...refused,
      withdrawn: 0,
      flowedOut: 0,
      open: 0,
    });
  });

  it('have 13 abandoned and 2 timed out, although the PBX says 15 times that a caller abandoned', () => {
    const [support, sales] = [totalsOf('support'), totalsOf('sales')];
    expect(pbxEvents.filter(({ fields }) => fields['Event'] === 'QueueCallerAbandon')).toHaveLength(15);
    expect(support.abandoned + sales.abandoned).toBe(13);
    expect(support.timedOut + sales.timedOut).toBe(2);
  });

  it('without the variables of class dialplan have the two that timed out as overflowed, and no caller who was not let in', () => {
    const without = callsOf(pbxEvents.filter(({ fields }) => fields['Event'] !== 'VarSet').map(pbxDelivery));
    const all = countVisits(
      [...without.values()].flatMap(({ visits }) => visits),
      thresholds,
    );
    expect(all).toMatchObject({ abandoned: 13, timedOut: 0, flowedOut: 2, full: 0, empty: 0 });
  });
});

describe('the capture is the same', () => {
  const shuffled = (deliveries: readonly TestDelivery[]): fc.Arbitrary<TestDelivery[]> =>
    fc.shuffledSubarray([...deliveries], { minLength: deliveries.length });

  it('in any order', () => {
    fc.assert(
      fc.property(shuffled(log), (order) => expect(differences(callsOf(order))).toEqual([])),
      { numRuns: 5 },
    );
  });

  it('doubled, in any order: no event counts twice', () => {
    fc.assert(
      fc.property(shuffled([...log, ...log]), (order) => {
        const events = eventsOf(order);
        // One event of the capture is equal byte for byte to another one.
        expect(new Set(events.map(({ uuid }) => uuid)).size).toBeGreaterThanOrEqual(log.length - 1);
        expect(differences(callsOfEvents(events))).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });

  it('without timestamps, as received', () => {
    const events = eventsOf([...logWithoutTimes, ...logWithoutTimes]);
    expect(new Set(events.map(({ uuid }) => uuid)).size).toBe(log.length);
    const all = callsOfEvents(events);
    expect(differences(all)).toEqual([]);
    for (const [talk, difference] of talkDifferences(all))
      if (!transferred.has(talk)) expect(difference).toBeLessThan(1);
  });

  it('without timestamps, in any order', () => {
    fc.assert(
      fc.property(shuffled(logWithoutTimes), (order) => expect(differences(callsOf(order))).toEqual([])),
      {
        numRuns: 10,
      },
    );
  });
});
