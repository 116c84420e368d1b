import { assignProducers, producersAutoMax } from './assign-producers.ts';

const topic = (leaders: readonly number[], flushRecords = Infinity) => ({
  leaders,
  durability: { brokers: 3, replicas: 1, inSyncMin: 1, flushRecords, uncleanElection: false },
});

describe('INGEST_PRODUCERS=auto', () => {
  it('a leader has one producer, whichever partitions it leads', () => {
    expect(assignProducers('auto', topic([1, 1, 1, 1]))).toEqual([0, 0, 0, 0]);
    expect(assignProducers('auto', topic([3, 1, 1, 3, 2]))).toEqual([0, 1, 1, 0, 2]);
  });
  it('a leader that flushes each batch has two', () => {
    expect(assignProducers('auto', topic([1, 1, 1, 1], 1))).toEqual([0, 1, 0, 1]);
    expect(assignProducers('auto', topic([1, 2, 1, 2, 1], 1))).toEqual([0, 1, 2, 3, 0]);
    expect(assignProducers('auto', topic([1, 1], 10_000))).toEqual([0, 0]);
  });
  it('partitions without a leader share no producer with others', () => {
    expect(assignProducers('auto', topic([1, -1, 1, -1]))).toEqual([0, 1, 0, 1]);
  });
  it('more leaders than producers share them', () => {
    const leaders = Array.from({ length: producersAutoMax + 1 }, (_, i) => i);
    expect(assignProducers('auto', topic(leaders)).at(-1)).toBe(0);
  });
});

it('INGEST_PRODUCERS=3 shares the partitions in turns, whatever their leaders', () => {
  expect(assignProducers(3, topic([1, 1, 2, 2, 1], 1))).toEqual([0, 1, 2, 0, 1]);
});
