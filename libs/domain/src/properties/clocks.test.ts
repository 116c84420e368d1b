import fc from 'fast-check';
import { boardViewAt } from '../../testing/board-view.ts';
import { days } from '../../testing/days.ts';
import { eventsOf } from '../../testing/index.ts';
import type { TestDelivery } from '../../testing/index.ts';

interface Body {
  readonly call_id?: string;
  readonly actor?: string;
  readonly timestamp: string;
}

const hourMs = 3_600_000;
/** Behind by less than an import, or ahead by more than is believed. */
const offset = fc
  .oneof(fc.integer({ min: -13, max: -1 }), fc.constantFrom(1, 2, 24, 87_600))
  .map((hours) => hours * hourMs);

/** The log, with the own times of some events shifted. */
const shifted = (log: readonly TestDelivery[], ms: number, isShifted: (body: Body) => boolean): TestDelivery[] =>
  log.map((delivery) => {
    const body = JSON.parse(delivery.body) as Body;
    if (!isShifted(body)) return delivery;
    const timestamp = new Date(Date.parse(body.timestamp) + ms).toISOString();
    return { ...delivery, body: JSON.stringify({ ...body, timestamp }) };
  });

/** All entries but one, as a text. */
const allBut = (name: string, all: ReadonlyMap<string, unknown>): string =>
  JSON.stringify([...all].filter(([key]) => key !== name));

describe('a clock that is wrong by hours', () => {
  it('changes no other call, and every waiting caller is shown', () => {
    fc.assert(
      fc.property(days(), offset, ({ log, truths }, ms) => {
        const right = eventsOf(log);
        const wrong = eventsOf(shifted(log, ms, ({ call_id }) => call_id === 'c1'));
        for (const { at, waits } of truths.slice(-6)) {
          const [shown, expected] = [boardViewAt(wrong, at), boardViewAt(right, at)];
          expect(shown.waits).toEqual(waits);
          expect(allBut('c1', shown.calls)).toBe(allBut('c1', expected.calls));
        }
      }),
      { numRuns: 100 },
    );
  });
  it('changes no call and no other agent, if it is the clock of one agent’s events', () => {
    fc.assert(
      fc.property(days(), offset, ({ log, truths }, ms) => {
        const right = eventsOf(log);
        const wrong = eventsOf(shifted(log, ms, ({ call_id, actor }) => call_id === undefined && actor === 'ana'));
        for (const { at } of truths.slice(-4)) {
          const [shown, expected] = [boardViewAt(wrong, at), boardViewAt(right, at)];
          expect(allBut('', shown.calls)).toBe(allBut('', expected.calls));
          expect(allBut('ana', shown.agents)).toBe(allBut('ana', expected.agents));
        }
      }),
      { numRuns: 50 },
    );
  });
});
