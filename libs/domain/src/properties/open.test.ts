import fc from 'fast-check';
import { defaultRules } from '../../testing/agents.ts';
import { boardViewOf } from '../../testing/board-view.ts';
import { days } from '../../testing/days.ts';
import { eventsOf, logs } from '../../testing/index.ts';
import { whyNotPresence } from '../../testing/presence-oracle.ts';
import { violationsAt } from '../../testing/violations.ts';
import { storyStartMs } from '../../testing/script.ts';

describe('nothing is open without a reason', () => {
  it('on a day of which any set of events was left out', () => {
    const holed = fc.tuple(days(), fc.infiniteStream(fc.nat(9)), fc.nat(4));
    fc.assert(
      fc.property(holed, ([day, luck, missing]) => {
        const events = eventsOf(day.log).filter(() => (luck.next().value as number) >= missing);
        for (const { at } of day.truths.slice(-3)) {
          const known = events.filter(({ receivedAt }) => receivedAt <= at);
          expect(violationsAt(known, at)).toEqual([]);
        }
      }),
      { numRuns: 150 },
    );
  });
  it('of what agents say of themselves, any set of which was left out', () => {
    const word = fc.record({
      ...{ type: fc.constantFrom('actor.logged-in', 'actor.logged-out', 'actor.paused', 'actor.unpaused') },
      ...{ actor: fc.constantFrom('ana', 'bia'), queue: fc.constantFrom('900', '901', null) },
      second: fc.nat(6),
    });
    const call = fc.record({
      ...{ type: fc.constantFrom('actor.ringing', 'actor.noanswer'), actor: fc.constantFrom('ana', 'bia') },
      ...{ call_id: fc.constant('c'), queue: fc.constantFrom('900', '901'), second: fc.nat(6) },
    });
    const saidByAna = { actor: 'ana', queue: '901', second: 0 } as const;
    fc.assert(
      fc.property(fc.array(fc.oneof(word, word, call), { maxLength: 12 }), (words) => {
        const log = words.map(({ second, ...body }, i) => {
          const timestamp = new Date(storyStartMs + second * 1_000).toISOString();
          return { body: JSON.stringify({ ...body, timestamp, sid: i }), receivedAt: timestamp };
        });
        const events = eventsOf(log);
        const { agents } = boardViewOf(events, storyStartMs + 300_000, defaultRules);
        const why = [...agents].flatMap(([actor, { queues }]) =>
          queues.map(({ queue, presence }) => whyNotPresence(events, actor, { queue, presence })),
        );
        expect(why.filter((reason) => reason !== null)).toEqual([]);
      }),
      // In, out and in again: the second log-in is not told from the first one, so the log-out holds.
      {
        numRuns: 500,
        examples: [
          [
            [
              { ...saidByAna, type: 'actor.logged-in' },
              { ...saidByAna, type: 'actor.logged-out' },
              { ...saidByAna, type: 'actor.logged-in' },
            ],
          ],
        ],
      },
    );
  });
  it('whatever a log says', () => {
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
