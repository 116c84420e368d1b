import { createProgressTracker } from './progress-tracker.ts';
import type { PartitionSample } from './progress-tracker.ts';

/** Observes one partition at the given seconds. */
function trackPartition() {
  const { observe, forget } = createProgressTracker();
  const at = (seconds: number, sample: Partial<PartitionSample> & Pick<PartitionSample, 'end' | 'position'>) =>
    observe(0, {
      effectivePosition: sample.position,
      lastTimestamp: null,
      hasKnownCause: false,
      ...sample,
      at: seconds * 1_000,
    });
  return { at, forget };
}

describe('a partition', () => {
  it('stalls when records wait and its position does not move', () => {
    const { at } = trackPartition();
    expect(at(0, { position: 5, end: 5 })).toEqual({ lag: 0, lagMs: 0, stalledMs: 0 });
    expect(at(10, { position: 5, end: 7 })).toEqual({ lag: 2, lagMs: 10_000, stalledMs: 10_000 });
    expect(at(30, { position: 5, end: 9 }).stalledMs).toBe(30_000);
    expect(at(40, { position: 6, end: 9 }).stalledMs).toBe(0);
    expect(at(45, { position: 6, end: 9 }).stalledMs).toBe(5_000);
  });
  it('does not stall while it moves, however far behind it is', () => {
    const { at } = trackPartition();
    for (let i = 0; i < 100; i++) expect(at(i * 10, { position: i, end: 1_000_000 }).stalledMs).toBe(0);
  });
  it('does not stall while its lag is 0', () => {
    const { at } = trackPartition();
    at(0, { position: 5, end: 5 });
    expect(at(86_400, { position: 5, end: 5 })).toEqual({ lag: 0, lagMs: 0, stalledMs: 0 });
  });
  it('does not stall at the marker of a transaction, which is not an event', () => {
    const { at } = trackPartition();
    at(0, { position: 5, end: 5 });
    expect(at(600, { position: 5, effectivePosition: 7, end: 7 })).toEqual({ lag: 0, lagMs: 0, stalledMs: 0 });
  });
  it('does not stall while there is a known cause, but its lag grows', () => {
    const { at } = trackPartition();
    at(0, { position: 5, end: 5 });
    expect(at(600, { position: 5, end: 9, hasKnownCause: true })).toEqual({ lag: 4, lagMs: 600_000, stalledMs: 0 });
    expect(at(610, { position: 5, end: 9 }).stalledMs).toBe(10_000);
  });
  it('does not count time before it was assigned to this projector', () => {
    const { at, forget } = trackPartition();
    at(0, { position: 5, end: 9 });
    forget(0);
    expect(at(600, { position: 5, end: 9 }).stalledMs).toBe(0);
  });
});

describe('lag in seconds', () => {
  it('is the age of the last applied record when the projector has never caught up', () => {
    expect(trackPartition().at(100, { position: 5, end: 9, lastTimestamp: 40_000 }).lagMs).toBe(60_000);
  });
  it('counts from the last time the lag was 0, so that a record after a quiet day is not a day late', () => {
    const { at } = trackPartition();
    at(86_400, { position: 5, end: 5, lastTimestamp: 0 });
    expect(at(86_402, { position: 5, end: 6, lastTimestamp: 0 }).lagMs).toBe(2_000);
  });
  it('is not negative when the clocks differ', () => {
    expect(trackPartition().at(100, { position: 5, end: 9, lastTimestamp: 200_000 }).lagMs).toBe(0);
  });
});
