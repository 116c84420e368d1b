import { agentsNow, defaultRules } from '../../../testing/agents.ts';
import { callsOfEvents, eventsOf } from '../../../testing/index.ts';
import { pbxDelivery, pbxEvents, pbxTruth } from '../../../testing/pbx.ts';
import { afterGap } from '../../../testing/pbx-gap.ts';
import { isCurrent, isOnCall, isRinging } from '../../index.ts';
import type { Call, CallEvent } from '../../index.ts';

const gapMs = 10_000;
const timeOf = ({ receivedAt }: { readonly receivedAt: string }): number => Date.parse(receivedAt);
const firstAt = Math.min(...pbxEvents.map(timeOf));
const lastAt = Math.max(...pbxEvents.map(timeOf));

/** The connection was cut at `from`; what the connector posts once it is back is in the log. */
const eventsWithGap = (from: number): CallEvent[] => {
  const outside = pbxEvents.filter((event) => timeOf(event) < from || timeOf(event) >= from + gapMs);
  const closing = afterGap(from, from + gapMs);
  return eventsOf([...outside, ...closing].toSorted((a, b) => timeOf(a) - timeOf(b)).map(pbxDelivery));
};

/** Queue, exit and agents of the visits. */
const visitsOf = (call: Call | undefined) => call?.visits.map(({ queue, outcome, actor }) => [queue, outcome, actor]);
const known = (events: readonly CallEvent[], now: number): CallEvent[] =>
  events.filter(({ receivedAt }) => receivedAt <= now);
const presencesAt = (events: readonly CallEvent[], now: number) =>
  [
    ...agentsNow(known(events, now), [...callsOfEvents(known(events, now)).values()], { now, rules: defaultRules }),
  ].flatMap(([actor, { queues }]) => queues.map(({ queue, presence }) => `${actor} in ${queue}: ${presence}`));
/** The queue in which each caller waits. */
const waitsAt = (events: readonly CallEvent[], now: number): string[] =>
  [...callsOfEvents(known(events, now)).values()]
    .filter((call) => isCurrent(call) && call.state === 'WAITING')
    .map(({ callId, queue }) => `${callId} in ${queue ?? ''}`)
    .toSorted();

const uncut = eventsOf(pbxEvents.map(pbxDelivery));
const uncutCalls = callsOfEvents(uncut);
const gaps = Array.from({ length: 21 }, (_, i) => firstAt + 1_000 + Math.floor(((lastAt - firstAt) * i) / 21));

describe('a connection that is cut for 10 s, at any time of the capture,', () => {
  const cut = gaps.map((from) => ({ from, events: eventsWithGap(from) }));

  it('leaves no call open, and nobody ringing or on a call', () => {
    for (const { events } of cut)
      for (const call of callsOfEvents(events).values()) {
        expect(isCurrent(call)).toBe(false);
        expect(call.segments.filter((segment) => isOnCall(segment) || isRinging(segment))).toEqual([]);
      }
  });

  it('changes no call that was over before it, or began after it', () => {
    let unchanged = 0;
    for (const { from, events } of cut) {
      const calls = callsOfEvents(events);
      for (const { pbx } of pbxTruth) {
        const call = uncutCalls.get(pbx.linkedid);
        if (!call || (call.updatedAt >= from && call.createdAt < from + gapMs)) continue;
        expect(visitsOf(calls.get(pbx.linkedid))).toEqual(visitsOf(call));
        unchanged++;
      }
    }
    expect(unchanged).toBeGreaterThan(60 * gaps.length * 0.8);
  });

  it('shows the callers who wait, and no other, as soon as the connector has asked the PBX', () => {
    let waiting = 0;
    for (const { from, events } of cut) {
      const expected = waitsAt(uncut, from + gapMs - 1);
      waiting += expected.length;
      expect(waitsAt(events, from + gapMs)).toEqual(expected);
    }
    expect(waiting).toBeGreaterThan(10);
  });

  it('shows who is logged in, paused and on a call as soon as the connector has asked the PBX', () => {
    const settled = (presence: string): boolean => !presence.endsWith('ringing');
    for (const { from, events } of cut) {
      const expected = presencesAt(uncut, from + gapMs - 1).filter(settled);
      expect(presencesAt(events, from + gapMs)).toEqual(expect.arrayContaining(expected));
    }
  });
});

it('what a connector infers is one event, however often it is posted', () => {
  const [gone] = afterGap(gaps[10] ?? 0, lastAt + 1).filter(({ fields }) => fields['Event'] === 'CallstreamCallGone');
  const again = { ...gone!, receivedAt: new Date(lastAt + 60_000).toISOString() };
  const events = eventsOf([gone!, again].map(pbxDelivery));
  expect(new Set(events.map(({ uuid }) => uuid)).size).toBe(1);
  expect(events[0]).toMatchObject({ kind: 'call.finished', clock: 'own' });
});
