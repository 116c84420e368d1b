import fc from 'fast-check';
import { days } from '../../testing/days.ts';
import { callsOfEvents, eventsOf, logs } from '../../testing/index.ts';
import { queueLogDelivery } from '../../testing/pbx.ts';
import { callAsOf, factSet, factsOf, isLateAt, knownFrom, play } from '../index.ts';
import type { Call, CallEvent, PastMoment } from '../index.ts';

/** The events of a log, each as its first delivery. */
const firstDeliveries = (events: readonly CallEvent[]): CallEvent[] =>
  [...Map.groupBy(events, ({ uuid }) => uuid).values()].flatMap((all) =>
    all.toSorted((a, b) => a.id - b.id).slice(0, 1),
  );

/** The calls of everything that is known today, as of a past moment. */
const callsAsOf = (events: readonly CallEvent[], moment: PastMoment): Map<string, Call> => {
  const byCall = Map.groupBy(events, ({ callId }) => callId ?? '');
  byCall.delete('');
  return new Map(
    [...byCall].flatMap(([callId, of]) => {
      const call = callAsOf(callId, factSet(of.flatMap(factsOf)), moment);
      return call ? [[callId, call] as const] : [];
    }),
  );
};

const anyLog = fc.oneof(
  logs(),
  days().map(({ log }) => log),
);
/** A log, and a moment of it: that of one of its events, or a little before or after. */
const logAndMoment = fc.tuple(anyLog, fc.nat(), fc.integer({ min: -2_000, max: 2_000 })).map(([log, n, shift]) => {
  const events = eventsOf(log);
  const event = events[n % events.length];
  return { events, at: (event ? (n % 2 === 0 ? event.at : event.receivedAt) : 0) + shift };
});

/** Without the times that depend on when events were received, which `now` does not show. */
const withoutReceptions = ({ delayMs: _, heardAt: __, ...call }: Call) => call;
const entriesOf = <Shown>(calls: ReadonlyMap<string, Call>, show: (call: Call) => Shown) =>
  [...calls].map(([callId, call]) => [callId, show(call)] as const).toSorted(([a], [b]) => (a < b ? -1 : 1));

describe('a call as of a past moment', () => {
  it('with what was known then, is the fold of the events that had been received', () => {
    fc.assert(
      fc.property(logAndMoment, ({ events, at }) => {
        const received = firstDeliveries(events).filter(({ receivedAt }) => receivedAt <= at);
        const expected = entriesOf(callsOfEvents(received), (call) => call);
        expect(entriesOf(callsAsOf(events, { at, known: 'then' }), (call) => call)).toEqual(expected);
      }),
    );
  });

  it('with all that is known now, is the fold of the events that had happened, without delays of clocks', () => {
    fc.assert(
      fc.property(logAndMoment, ({ events, at }) => {
        const happened = firstDeliveries(events).filter((event) => event.at <= at);
        const calls = callsAsOf(events, { at, known: 'now' });
        expect(entriesOf(calls, withoutReceptions)).toEqual(entriesOf(callsOfEvents(happened), withoutReceptions));
        for (const { delayMs, heardAt, lastEventAt } of calls.values())
          expect([delayMs, heardAt]).toEqual([0, lastEventAt]);
      }),
    );
  });

  it.each(knownFrom)('known %s, after all of its events, has the state that it has today', (known) => {
    fc.assert(
      fc.property(anyLog, (log) => {
        const events = eventsOf(log);
        const calls = callsAsOf(events, { at: Number.MAX_SAFE_INTEGER, known });
        expect(entriesOf(calls, withoutReceptions)).toEqual(entriesOf(callsOfEvents(events), withoutReceptions));
      }),
    );
  });

  it('differs between the two only by events that came late, or whose clock was ahead', () => {
    fc.assert(
      fc.property(logAndMoment, ({ events, at }) => {
        const first = firstDeliveries(events);
        const differs = first.some((event) => isLateAt(event, at) || (event.at > at && event.receivedAt <= at));
        if (differs) return;
        const shown = entriesOf(callsAsOf(events, { at, known: 'now' }), withoutReceptions);
        expect(entriesOf(callsAsOf(events, { at, known: 'then' }), withoutReceptions)).toEqual(shown);
      }),
    );
  });

  it('is long if it is long today, although it was short', () => {
    const log = Array.from({ length: 1_100 }, (_, i) => {
      const timestamp = new Date(Date.UTC(2026, 2, 2) + i * 1_000).toISOString();
      return {
        body: JSON.stringify({ type: 'call.waiting', call_id: 'long', queue: '900', timestamp }),
        receivedAt: timestamp,
      };
    });
    const facts = factSet(eventsOf(log).flatMap(factsOf));
    const moment = { at: Date.UTC(2026, 2, 2) + 5_000, known: 'now' } as const;
    expect(callAsOf('long', facts, moment)).toMatchObject({ isLong: true, lastEventAt: moment.at });
    expect(play('long', factSet(facts.slice(0, 6)))).toMatchObject({ isLong: false });
  });
});

/** ms since 1970 of a time of 2025-03-03. */
const timeOf = (clock: string): number => Date.parse(`2025-03-03T${clock}Z`);
/** A line of a queue_log, imported in December 2026. */
const line = (clock: string, rest: string) => queueLogDelivery(`${timeOf(clock) / 1_000}|c.1|${rest}`);
const importedCall = [
  line('10:40:00', 'support|NONE|ENTERQUEUE||1001|1'),
  line('10:42:00', 'support|Ana|CONNECT|120|c.2|5'),
  line('10:45:00', 'support|Ana|COMPLETEAGENT|120|180|1'),
];
const asOf = (log: Parameters<typeof eventsOf>[0], clock: string, known: PastMoment['known'] = 'now') =>
  callAsOf('c.1', factSet(eventsOf(log).flatMap(factsOf)), { at: timeOf(clock), known });

describe('an imported call as of a past moment', () => {
  it('had not begun before its first line', () => expect(asOf(importedCall, '10:39:59')).toBeNull());

  it('waits until it is answered', () => {
    expect(asOf(importedCall, '10:41:00')).toMatchObject({
      state: 'WAITING',
      finishedAt: null,
      waitingSince: timeOf('10:40:00'),
      visits: [{ queue: 'support', outcome: 'open' }],
      segments: [],
    });
  });

  it('is talked on by its agent until the agent hangs up', () => {
    expect(asOf(importedCall, '10:43:00')).toMatchObject({
      state: 'ONGOING',
      finishedAt: null,
      visits: [{ queue: 'support', outcome: 'answered', waitMs: 120_000 }],
      segments: [{ actor: 'Ana', enteredAt: timeOf('10:42:00'), endedAt: null }],
    });
  });

  it('has ended with its last line', () => {
    for (const clock of ['10:45:00', '12:00:00'])
      expect(asOf(importedCall, clock)).toMatchObject({
        state: 'FINISHED',
        finishedAt: timeOf('10:45:00'),
        segments: [{ actor: 'Ana', endedAt: timeOf('10:45:00') }],
      });
  });

  it('goes on after its agent hung up, if a later line says so', () => {
    const transferred = [...importedCall, line('10:50:00', 'sales|NONE|ENTERQUEUE||1001|1')];
    expect(asOf(transferred, '10:47:00')).toMatchObject({
      finishedAt: null,
      segments: [{ endedAt: timeOf('10:45:00') }],
    });
  });

  it('ended when its agent hung up, if what came later is not imported', () => {
    const body = JSON.stringify({ type: 'call.new', call_id: 'c.1', timestamp: '2025-03-03T20:00:00Z' });
    const cameBack = [...importedCall, { body, receivedAt: '2025-03-03T20:00:00Z' }];
    expect(asOf(cameBack, '12:00:00')).toMatchObject({ state: 'FINISHED', finishedAt: timeOf('10:45:00') });
  });

  it('waits during a gap of the connector, which ended it at its last event before the gap', () => {
    const live = (type: string) => ({
      body: JSON.stringify({ type, call_id: 'c.1', queue: 'support', timestamp: '2025-03-03T10:40:00Z' }),
      receivedAt: '2025-03-03T11:00:00Z',
    });
    const gap = [live('call.waiting'), live('call.finished'), ...importedCall.slice(1)];
    expect(asOf(gap, '10:41:00')).toMatchObject({ state: 'WAITING', finishedAt: null });
    expect(asOf(gap, '10:43:00')).toMatchObject({ state: 'ONGOING', visits: [{ outcome: 'answered' }] });
  });

  it('was not known then', () => expect(asOf(importedCall, '10:43:00', 'then')).toBeNull());

  it('has no late events', () => {
    const facts = factSet(eventsOf(importedCall).flatMap(factsOf));
    expect(facts.filter((fact) => isLateAt(fact, timeOf('12:00:00')))).toEqual([]);
  });
});
