import { createReadProgress } from './read-progress.ts';

const ends = (...highs: readonly number[]) => new Map(highs.map((high, partition) => [partition, { high }]));

it('a partition with records that wait is stalled until one is handled', () => {
  const progress = createReadProgress();
  progress.joined([0, 1]);
  progress.handled(0, 10);
  expect(progress.stalledMs(ends(10, 5), 0)).toBe(0);
  expect(progress.stalledMs(ends(12, 5), 1_000)).toBe(0);
  expect(progress.stalledMs(ends(14, 5), 3_000)).toBe(2_000);
  progress.handled(0, 12);
  expect(progress.stalledMs(ends(14, 5), 4_000)).toBe(0);
  expect(progress.stalledMs(ends(14, 5), 5_000)).toBe(1_000);
  progress.handled(0, 14);
  expect(progress.stalledMs(ends(14, 5), 9_000)).toBe(0);
});

it('of a partition of which nothing was handled yet only records count that came after the first look', () => {
  const progress = createReadProgress();
  progress.joined([0]);
  expect(progress.stalledMs(ends(100), 0)).toBe(0);
  expect(progress.stalledMs(ends(100), 5_000)).toBe(0);
  expect(progress.stalledMs(ends(101), 6_000)).toBe(0);
  expect(progress.stalledMs(ends(101), 8_000)).toBe(2_000);
});

it('partitions of other delegators do not count, and an outage that explains it is no stall', () => {
  const progress = createReadProgress();
  progress.joined([0, 1]);
  progress.handled(0, 1);
  progress.handled(1, 1);
  progress.stalledMs(ends(9, 9), 0);
  progress.excuse(5_000);
  expect(progress.stalledMs(ends(9, 9), 6_000)).toBe(1_000);
  progress.joined([1]);
  progress.handled(0, 1);
  expect(progress.stalledMs(ends(9, 9), 7_000)).toBe(0);
});
