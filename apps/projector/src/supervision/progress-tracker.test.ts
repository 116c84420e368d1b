import { createProgressTracker } from './progress-tracker.ts';
import type { PartitionSample } from './progress-tracker.ts';

/** Observes one partition at the given seconds. */
function follow() {
  const { observe, forget } = createProgressTracker();
  const at = (seconds: number, sample: Partial<PartitionSample> & Pick<PartitionSample, 'end' | 'position'>) =>
    observe(0, { passed: sample.position, lastTimestamp: null, inTrouble: false, ...sample, at: seconds * 1_000 });
  return { at, forget };
}

describe('a partition', () => {
  it('stalls when records wait and its position does not move', () => {
    const { at } = follow();
    expect(at(0, { position: 5, end: 5 })).toEqual({ lag: 0, lagMs: 0, stalledMs: 0 });
    expect(at(10, { position: 5, end: 7 })).toEqual({ lag: 2, lagMs: 10_000, stalledMs: 10_000 });
    expect(at(30, { position: 5, end: 9 }).stalledMs).toBe(30_000);
    expect(at(40, { position: 6, end: 9 }).stalledMs).toBe(0);
    expect(at(45, { position: 6, end: 9 }).stalledMs).toBe(5_000);
  });
  it('does not stall while it moves, however far behind it is', () => {
    const { at } = follow();
    for (let i = 0; i < 100; i++) expect(at(i * 10, { position: i, end: 1_000_000 }).stalledMs).toBe(0);
  });
  it('does not stall while there is nothing to do', () => {
    const { at } = follow();
    at(0, { position: 5, end: 5 });
    expect(at(86_400, { position: 5, end: 5 })).toEqual({ lag: 0, lagMs: 0, stalledMs: 0 });
  });
  it('does not stall when what follows is the marker of a transaction, which is nobody’s event', () => {
    const { at } = follow();
    at(0, { position: 5, end: 5 });
    expect(at(600, { position: 5, passed: 7, end: 7 })).toEqual({ lag: 0, lagMs: 0, stalledMs: 0 });
  });
  it('does not stall while it is known what it waits for; its lag grows all the same', () => {
    const { at } = follow();
    at(0, { position: 5, end: 5 });
    expect(at(600, { position: 5, end: 9, inTrouble: true })).toEqual({ lag: 4, lagMs: 600_000, stalledMs: 0 });
    expect(at(610, { position: 5, end: 9 }).stalledMs).toBe(10_000);
  });
  it('is not stalled from before it was ours', () => {
    const { at, forget } = follow();
    at(0, { position: 5, end: 9 });
    forget(0);
    expect(at(600, { position: 5, end: 9 }).stalledMs).toBe(0);
  });
});

describe('lag in seconds', () => {
  it('is the age of what was applied last when the projector has never caught up', () => {
    expect(follow().at(100, { position: 5, end: 9, lastTimestamp: 40_000 }).lagMs).toBe(60_000);
  });
  it('counts from when it had caught up: a record after a quiet day is not a day late', () => {
    const { at } = follow();
    at(86_400, { position: 5, end: 5, lastTimestamp: 0 });
    expect(at(86_402, { position: 5, end: 6, lastTimestamp: 0 }).lagMs).toBe(2_000);
  });
  it('is not negative when the clocks differ', () => {
    expect(follow().at(100, { position: 5, end: 9, lastTimestamp: 200_000 }).lagMs).toBe(0);
  });
});
