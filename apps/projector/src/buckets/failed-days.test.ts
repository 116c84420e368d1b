import type { Log } from '@callstream/runtime';
import { createFailedDays } from './failed-days.ts';
import { createMarkAges } from './mark-ages.ts';

const [monday, tuesday] = ['2026-03-02T00:00:00.000Z', '2026-03-03T00:00:00.000Z'];

describe('a day whose buckets cannot be counted', () => {
  const lines: unknown[] = [];
  let at = 0;
  const create = () => {
    at = 0;
    lines.length = 0;
    return createFailedDays({ warn: (...line: unknown[]) => lines.push(line) } as unknown as Log, () => at);
  };
  const fail = new Error('no space left');

  it('waits half a minute at most, then longer after each failure, up to an hour, and is logged once', () => {
    const failed = create();
    const waits = Array.from({ length: 12 }, () => {
      failed.add(monday, fail);
      const begin = at;
      while (failed.mustWait(monday)) at += 1_000;
      return at - begin;
    });
    expect(waits[0]).toBeLessThanOrEqual(30_000);
    expect(waits[3]).toBeGreaterThanOrEqual(120_000);
    expect(Math.min(...waits.slice(8))).toBeGreaterThanOrEqual(1_800_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(3_600_000);
    expect(lines).toEqual([
      [
        { day: monday, reason: 'no space left', remedy: expect.stringMatching(/rebuild/) as string },
        'projector.day-not-counted',
      ],
    ]);
  });

  it('lets other days go on, and is new again once it was counted or is no longer marked', () => {
    const failed = create();
    failed.add(monday, fail);
    expect([failed.mustWait(monday), failed.mustWait(tuesday)]).toEqual([true, false]);
    failed.remove(monday);
    expect(failed.mustWait(monday)).toBe(false);
    failed.add(monday, fail);
    failed.keepOnly([tuesday]);
    failed.add(monday, fail);
    expect(lines).toHaveLength(3);
  });
});

it('the oldest mark of all days has the age since it was first seen, until it is removed', () => {
  let at = 0;
  const ages = createMarkAges(() => at);
  const look = (atMs: number, marks: Readonly<Record<string, string>>): number => {
    at = atMs;
    return ages.oldestSeconds(Object.entries(marks).map(([day, oldestMark]) => ({ day, oldestMark })));
  };
  expect(look(0, {})).toBe(0);
  expect(look(1_000, { [monday]: '7' })).toBe(0);
  expect(look(31_000, { [monday]: '7', [tuesday]: '8' })).toBe(30);
  expect(look(61_000, { [monday]: '9', [tuesday]: '8' })).toBe(30);
  expect(look(91_000, { [monday]: '10' })).toBe(0);
});
