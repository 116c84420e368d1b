import { factSet, factsOf } from '@callstream/domain';
import { eventsOf, fixtureEvents, fixtureLog, logs } from '@callstream/domain/testing';
import fc from 'fast-check';
import { collectCalls } from './fact-columns.ts';

it('has the facts of each call, whatever their order', () => {
  const fixtures = eventsOf([...fixtureEvents.keys()].flatMap((name) => fixtureLog(name)));
  fc.assert(
    fc.property(logs(), (log) => {
      // More rows than the arrays have at first.
      const events = [...eventsOf(log), ...Array.from({ length: 10 }, () => fixtures).flat()];
      const collected = collectCalls();
      events.forEach(collected.add);
      const calls = Map.groupBy(
        events.filter(({ callId }) => callId !== null),
        ({ callId }) => callId,
      );
      expect([...collected.calls()]).toEqual(
        [...calls].map(([callId, ofCall]) => ({ callId, facts: factSet(ofCall.flatMap(factsOf)) })),
      );
    }),
    { numRuns: 20 },
  );
});

it('has all clocks, and facts without a time of their own', () => {
  const [event] = eventsOf(fixtureLog('01-nominal'));
  if (!event) throw new Error('The fixture has no events.');
  const events = (['own', 'none', 'ahead', 'imported'] as const).map((clock, i) =>
    Object.assign({}, event, { clock, id: i, uuid: crypto.randomUUID(), ownAt: clock === 'none' ? null : i }),
  );
  const collected = collectCalls();
  events.forEach(collected.add);
  expect([...collected.calls()]).toEqual([{ callId: event.callId, facts: factSet(events.flatMap(factsOf)) }]);
});
