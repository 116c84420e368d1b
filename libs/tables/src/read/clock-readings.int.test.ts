import { clockReadingOf, clockReadings, importedAfterMs } from '@callstream/domain';
import { eventsOf, logs } from '@callstream/domain/testing';
import type { TestDelivery } from '@callstream/domain/testing';
import { testDatabase } from '@callstream/stack';
import fc from 'fast-check';
import { migratedDatabase } from '../../testing/migrated-database.ts';
import { replaceRows } from '../../testing/replace-rows.ts';
import type { ClockCounts, Tables } from '../index.ts';
import { countClockReadings } from '../index.ts';

// Long, so that a busy machine is no failure; a hang still is.
const stack = new AsyncDisposableStack();
let db: Tables;
beforeAll(async () => {
  ({ db } = stack.use(await migratedDatabase(testDatabase)));
});
afterAll(() => stack.disposeAsync());

const base = Date.UTC(2026, 2, 2, 13);
const since = new Date(base).toISOString();

/** Around every limit of a reading. */
const delay = fc.oneof(
  fc.constantFrom(-1_000, 0, 10_000, importedAfterMs).chain((ms) => fc.integer({ min: ms - 2, max: ms + 2 })),
  fc.constantFrom(-3_600_000, -300_000, 60_000, 2 * importedAfterMs),
);
const delivery: fc.Arbitrary<TestDelivery> = fc
  .record({
    receivedAfter: fc.integer({ min: -50, max: 1_000 }),
    delay: fc.option(delay),
    sourceName: fc.option(fc.constantFrom('lisbon', 'porto')),
    n: fc.nat(5),
  })
  .map(({ receivedAfter, delay: ms, sourceName, n }) => ({
    body: JSON.stringify({ type: 'call.new', n, timestamp: ms === null ? 'noon' : base + receivedAfter - ms }),
    receivedAt: new Date(base + receivedAfter).toISOString(),
    sourceName,
  }));

it('events are counted by source and clock reading as by the domain, each once, and without imports', async () => {
  const some = fc.oneof(fc.array(delivery, { minLength: 1, maxLength: 60 }), logs());
  await fc.assert(
    fc.asyncProperty(some, async (log) => {
      const events = eventsOf(log);
      await replaceRows(db, events);
      const first = new Map(events.toReversed().map((event) => [event.uuid, event]));
      const expected = new Map<string | null, Record<string, number>>();
      for (const { sourceName, ownAt, receivedAt } of first.values()) {
        if (receivedAt < base || (ownAt !== null && receivedAt - ownAt > importedAfterMs)) continue;
        const counts = expected.get(sourceName) ?? Object.fromEntries(clockReadings.map((reading) => [reading, 0]));
        expected.set(sourceName, counts);
        const reading = clockReadingOf(ownAt, receivedAt);
        counts[reading] = (counts[reading] ?? 0) + 1;
      }
      const counted = await countClockReadings(db, since);
      expect(new Map(counted.map(({ source: _, sourceName, ...counts }) => [sourceName, counts]))).toEqual(expected);
      expect(counted.every(({ source }) => source === 'teravoz')).toBe(true);
      const sizes = counted.map(({ none, ahead, late, on_time }: ClockCounts) => none + ahead + late + on_time);
      expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    }),
    { numRuns: 80 },
  );
});
