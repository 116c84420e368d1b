import { until } from '@callstream/stack';
import { createAlarm } from './alarm.ts';

it('rings at the earliest of the times, and not before; a time that is over rings at once', async () => {
  const rung: number[] = [];
  using alarm = createAlarm(() => rung.push(Date.now()));
  const isRung = (count: number) =>
    until(() => rung.length === count, {
      everyMs: 1,
      onTimeout: () => new Error('it did not ring'),
    });
  const soon = Date.now() + 40;
  alarm.setFor(Infinity);
  alarm.setFor(soon + 60_000);
  alarm.setFor(soon);
  alarm.setFor(soon + 60_000);
  await isRung(1);
  expect(rung[0]).toBeGreaterThanOrEqual(soon);
  alarm.setFor(soon);
  await isRung(2);
});
