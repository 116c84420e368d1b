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
/** Behind by less than what counts as an import; or ahead by more than what is believed. */
const offset = fc
  .oneof(fc.integer({ min: -13, max: -1 }), fc.constantFrom(1, 2, 24, 87_600))
  .map((hours) => hours * hourMs);

/** The log, with the own times of some events moved. */
const moved = (log: readonly TestDelivery[], ms: number, isMoved: (body: Body) => boolean): TestDelivery[] =>
  log.map((delivery) => {
    const body = JSON.parse(delivery.body) as Body;
    if (!isMoved(body)) return delivery;
    const timestamp = new Date(Date.parse(body.timestamp) + ms).toISOString();
    return { ...delivery, body: JSON.stringify({ ...body, timestamp }) };
  });

/** All but one, as a text. */
const others = (all: ReadonlyMap<string, unknown>, but: string): string =>
  JSON.stringify([...all].filter(([name]) => name !== but));

describe('a clock that is wrong by hours', () => {
  it('leaves other calls as they are, and nobody waits unseen', () => {
    fc.assert(
      fc.property(days(), offset, ({ log, truths }, ms) => {
        const right = eventsOf(log);
        const wrong = eventsOf(moved(log, ms, ({ call_id }) => call_id === 'c1'));
        for (const { at, waits } of truths.slice(-6)) {
          const [shown, told] = [boardViewAt(wrong, at), boardViewAt(right, at)];
          expect(shown.waits).toEqual(waits);
          expect(others(shown.calls, 'c1')).toBe(others(told.calls, 'c1'));
        }
      }),
      { numRuns: 100 },
    );
  });
  it('of one agent leaves all calls and the other agents as they are', () => {
    fc.assert(
      fc.property(days(), offset, ({ log, truths }, ms) => {
        const right = eventsOf(log);
        const wrong = eventsOf(moved(log, ms, ({ call_id, actor }) => call_id === undefined && actor === 'ana'));
        for (const { at } of truths.slice(-4)) {
          const [shown, told] = [boardViewAt(wrong, at), boardViewAt(right, at)];
          expect(others(shown.calls, '')).toBe(others(told.calls, ''));
          expect(others(shown.agents, 'ana')).toBe(others(told.agents, 'ana'));
        }
      }),
      { numRuns: 50 },
    );
  });
});
