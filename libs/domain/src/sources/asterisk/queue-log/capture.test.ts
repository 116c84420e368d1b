import fc from 'fast-check';
import { callsOfEvents, eventsOf } from '../../../../testing/index.ts';
import type { TestDelivery } from '../../../../testing/index.ts';
import { expectedVisits, extensionOf, pbxCallOf, visitsOf, waitsOf } from '../../../../testing/pbx-truth.ts';
import {
  pbxDelivery,
  pbxEvents,
  pbxQueueLog,
  pbxQueueLogLines,
  pbxTruth,
  queueLogDelivery,
} from '../../../../testing/pbx.ts';
import type { PbxEvent, TrueCall } from '../../../../testing/pbx.ts';
import { countVisits, isCounted, isCurrent, isKind } from '../../../index.ts';
import type { Call } from '../../../index.ts';

const log = pbxQueueLogLines.map((line) => queueLogDelivery(line));
const callsOf = (deliveries: readonly TestDelivery[]): Map<string, Call> => callsOfEvents(eventsOf(deliveries));
const calls = callsOf(log);

/** Calls that came into no queue, or were not let in: no line names them. */
const unseen = pbxTruth.filter(({ pbx }) => !calls.has(pbx.linkedid));
/** A transfer through a Local member queues the caller under the uniqueid of another channel, which is another call here. */
const underAnotherId = [19, 24];
const seen = pbxTruth.filter((truth) => !unseen.includes(truth) && !underAnotherId.includes(truth.n));
/** Visits of queues that let the caller in. */
const visitsSeen = (truth: TrueCall): (string | null)[][] =>
  expectedVisits(truth).filter(([, outcome]) => outcome !== 'full' && outcome !== 'empty');
const thresholds = { serviceLevelMs: 5_000, shortAbandonMs: 2_000 };

describe('the queue_log of the capture, imported', () => {
  it('is read whole, and has only events that are known', () => {
    expect(log).toHaveLength(235);
    const events = eventsOf(log);
    expect(events.filter(({ facts }) => facts?.some(({ kind }) => !isKind(kind)))).toEqual([]);
    expect(events.filter(({ clock }) => clock !== 'imported')).toEqual([]);
  });

  it('knows the queues, exits and agents of each caller as the PBX has them, but of four whom no queue let in', () => {
    expect(unseen.map(({ outcome }) => outcome)).toEqual([
      'ended in the menu',
      'not let in: nobody there',
      'not let in: queue full',
      'ended before any queue',
    ]);
    for (const truth of seen)
      expect([truth.n, visitsOf(pbxCallOf(truth, calls))]).toEqual([truth.n, visitsSeen(truth)]);
  });

  it('has two transfers by Local members as two calls, with the visits of both', () => {
    for (const n of underAnotherId) {
      const truth = pbxTruth.find((each) => each.n === n)!;
      const parts = truth.pbx.uniqueids_in_queues.map((id) => calls.get(id)!);
      expect(parts).toHaveLength(2);
      expect(parts.flatMap((call) => visitsOf(call)).toSorted()).toEqual(visitsSeen(truth).toSorted());
    }
  });

  it('has the waits within the second that its times leave open', () => {
    for (const truth of seen)
      for (const [i, { wait_s }] of truth.pbx.visits.filter(({ how }) => !how.startsWith('not let in')).entries())
        expect(Math.abs((waitsOf(pbxCallOf(truth, calls))[i] ?? 0) - (wait_s ?? 0) * 1_000)).toBeLessThanOrEqual(1_000);
  });

  it.each(['support', 'sales'])('has the totals of %s that a recount of its lines has', (queue) => {
    const count = (event: string): number =>
      pbxQueueLog.filter((line) => line[2] === queue && line[4] === event).length;
    const visits = [...calls.values()].filter(isCounted).flatMap((call) => call.visits);
    expect(
      countVisits(
        visits.filter((visit) => visit.queue === queue),
        thresholds,
      ),
    ).toMatchObject({
      visits: count('ENTERQUEUE'),
      answered: count('CONNECT'),
      abandoned: count('ABANDON'),
      timedOut: count('EXITWITHTIMEOUT'),
      byKey: count('EXITWITHKEY'),
      full: 0,
      empty: 0,
      withdrawn: 0,
      flowedOut: 0,
      open: 0,
    });
  });

  it('leaves nobody waiting, ringing or on a call: a call ends with its last line', () => {
    expect([...calls.values()].filter(isCurrent)).toEqual([]);
    expect([...calls.values()].flatMap(({ segments }) => segments).filter(({ endedAt }) => endedAt === null)).toEqual(
      [],
    );
  });

  it('has each missed ring that has a line', () => {
    const missed = [...calls.values()].flatMap(({ segments }) => segments).filter(({ end }) => end === 'noanswer');
    expect(missed).toHaveLength(pbxQueueLog.filter((line) => line[4] === 'RINGNOANSWER').length);
  });
});

/** What a connector posts after a gap about the calls that ended in it: an end at the last event before the gap. */
function goneIn(isInGap: (ms: number) => boolean): TestDelivery[] {
  const isIn = ({ receivedAt }: PbxEvent): boolean => isInGap(Date.parse(receivedAt));
  const start = pbxEvents.findIndex(isIn);
  const back = pbxEvents.slice(start).find((event) => !isIn(event));
  const ended = pbxEvents
    .filter(isIn)
    .filter(({ fields }) => fields['Event'] === 'Hangup' && fields['Uniqueid'] === fields['Linkedid']);
  return ended.flatMap(({ fields: { Linkedid = '' } }) => {
    const last = pbxEvents.slice(0, start).findLast(({ fields }) => fields['Linkedid'] === Linkedid);
    if (!last || !back) return [];
    const fields = { Event: 'CallstreamCallGone', Linkedid, Timestamp: last.fields['Timestamp'], inferred: 'true' };
    return [pbxDelivery({ receivedAt: back.receivedAt, fields })];
  });
}

describe('an import', () => {
  const shuffled = fc.shuffledSubarray([...log, ...log], { minLength: 2 * log.length });

  it('that is made twice, in any order, is the same as one', () => {
    const picture = (all: Map<string, Call>): unknown =>
      [...all]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([id, call]) => [id, visitsOf(call), waitsOf(call), call.state]);
    fc.assert(
      fc.property(shuffled, (order) => {
        const events = eventsOf(order);
        expect(new Set(events.map(({ uuid }) => uuid)).size).toBe(log.length);
        expect(picture(callsOfEvents(events))).toEqual(picture(calls));
      }),
      { numRuns: 20 },
    );
  });

  it('beside the manager interface adds nothing to a call that both know', () => {
    const live = callsOf(pbxEvents.map(pbxDelivery));
    const both = callsOf([...pbxEvents.map(pbxDelivery), ...log]);
    for (const truth of pbxTruth) {
      const [alone, merged] = [pbxCallOf(truth, live), pbxCallOf(truth, both)];
      expect([truth.n, merged.visits, merged.ourNumber, merged.theirNumber, merged.direction, merged.finishedAt]).toEqual([
        truth.n, alone.visits, alone.ourNumber, alone.theirNumber, alone.direction, alone.finishedAt,
      ]); // prettier-ignore
      expect(merged.segments.map(({ actor, enteredAt }) => [extensionOf(actor), enteredAt])).toEqual(
        alone.segments.map(({ actor, enteredAt }) => [extensionOf(actor), enteredAt]),
      );
    }
    expect(both.size - live.size).toBe(underAnotherId.length);
  });

  it('of what the manager interface missed completes the calls', () => {
    let gone = 0;
    for (const from of [0.2, 0.5, 0.7]) {
      const times = pbxEvents.map(({ receivedAt }) => Date.parse(receivedAt));
      const start = (times.at(0) ?? 0) + from * ((times.at(-1) ?? 0) - (times.at(0) ?? 0));
      const isInGap = (ms: number): boolean => ms >= start && ms < start + 30_000;
      const live = pbxEvents.filter(({ receivedAt }) => !isInGap(Date.parse(receivedAt))).map(pbxDelivery);
      const filled = callsOf([
        ...live,
        ...goneIn(isInGap),
        ...pbxQueueLogLines
          .filter((line) => isInGap(Number(line.slice(0, 10)) * 1_000))
          .map((line) => queueLogDelivery(line)),
      ]);
      const wrong = seen.filter(
        (truth) => JSON.stringify(visitsOf(pbxCallOf(truth, filled))) !== JSON.stringify(visitsSeen(truth)),
      );
      expect(wrong.map(({ n }) => n)).toEqual([]);
      gone += goneIn(isInGap).length;
    }
    expect(gone).toBe(5);
  });
});
