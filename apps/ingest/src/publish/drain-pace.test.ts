import { createDrainPace } from './drain-pace.ts';

it('batches of the spool are in flight for half of the time, whether one partition is drained or twelve', () => {
  const { begin, pauseMs } = createDrainPace();
  const tookMs = 10;
  const shareOf = (partitions: number): number => (partitions * tookMs) / (tookMs + pauseMs(tookMs));
  using _first = begin();
  expect(shareOf(1)).toBe(0.5);
  {
    using others = new DisposableStack();
    for (let i = 1; i < 12; i++) others.use(begin());
    expect(shareOf(12)).toBe(0.5);
    expect(pauseMs(2_500)).toBe(5_000);
  }
  expect(shareOf(1)).toBe(0.5);
});
