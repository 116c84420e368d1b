import fc from 'fast-check';
import { defaultRules } from '../../testing/agents.ts';
import { boardViewOf } from '../../testing/board-view.ts';
import { days } from '../../testing/days.ts';
import { eventsOf, logs } from '../../testing/index.ts';
import { whyNotPresence } from '../../testing/presence-oracle.ts';
import { violationsAt } from '../../testing/violations.ts';
import { storyStartMs } from '../../testing/script.ts';

describe('nothing is open without a reason', () => {
  it('on a day of which any set of events is missing', () => {
    const incomplete = fc.tuple(days(), fc.infiniteStream(fc.nat(9)), fc.nat(4));
    fc.assert(
      fc.property(incomplete, ([day, random, tenthsMissing]) => {
        const events = eventsOf(day.log).filter(() => (random.next().value as number) >= tenthsMissing);
        for (const { at } of day.truths.slice(-3)) {
          const known = events.filter(({ receivedAt }) => receivedAt <= at);
          expect(violationsAt(known, at)).toEqual([]);
        }
      }),
      { numRuns: 150 },
    );
  });
  it('with any presence events, any set of which is missing', () => {
    const presenceEvent = fc.record({
      type: fc.constantFrom('actor.logged-in', 'actor.logged-out', 'actor.paused', 'actor.unpaused'),
      actor: fc.constantFrom('ana', 'bia'),
      queue: fc.constantFrom('900', '901', null),
      second: fc.nat(6),
    });
    const ringEvent = fc.record({
      type: fc.constantFrom('actor.ringing', 'actor.noanswer'),
      actor: fc.constantFrom('ana', 'bia'),
      call_id: fc.constant('c'),
      queue: fc.constantFrom('900', '901'),
      second: fc.nat(6),
    });
    const ofAna = { actor: 'ana', queue: '901', second: 0 } as const;
    fc.assert(
      fc.property(fc.array(fc.oneof(presenceEvent, presenceEvent, ringEvent), { maxLength: 12 }), (bodies) => {
        const log = bodies.map(({ second, ...body }, i) => {
          const timestamp = new Date(storyStartMs + second * 1_000).toISOString();
          return { body: JSON.stringify({ ...body, timestamp, sid: i }), receivedAt: timestamp };
        });
        const events = eventsOf(log);
        const { agents } = boardViewOf(events, storyStartMs + 300_000, defaultRules);
        const violations = [...agents].flatMap(([actor, { queues }]) =>
          queues.map(({ queue, presence }) => whyNotPresence(events, actor, { queue, presence })),
        );
        expect(violations.filter((reason) => reason !== null)).toEqual([]);
      }),
      // Of two log-ins in one second only the first in the log counts, so the log-out between them holds.
      {
        numRuns: 500,
        examples: [
          [
            [
              { ...ofAna, type: 'actor.logged-in' },
              { ...ofAna, type: 'actor.logged-out' },
              { ...ofAna, type: 'actor.logged-in' },
            ],
          ],
        ],
      },
    );
  });
  it('with any events', () => {
    fc.assert(
      fc.property(logs(14), fc.nat(200_000), (log, later) => {
        const events = eventsOf(log);
        const now = Math.max(...events.map(({ receivedAt }) => receivedAt)) + later;
        expect(violationsAt(events, now)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
