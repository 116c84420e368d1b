import { fitsKafka } from './batching-publisher.ts';

it('a batch to Kafka has at most 1,000 records and 256 KiB of a partition, and still a larger record', () => {
  const small = Array.from({ length: 1_500 }, () => ({ partition: 0, bytes: 10 }));
  const others = [300_000, 10].map((bytes) => ({ partition: 1, bytes }));
  const fits = fitsKafka();
  expect(small.filter(fits)).toHaveLength(1_000);
  expect(others.map(fits)).toEqual([true, false]);
});

it('a small record does not overtake a larger one of its partition that has to wait for the next batch', () => {
  const records = [200_000, 100_000, 10].map((bytes) => ({ partition: 0, bytes }));
  expect(records.map(fitsKafka())).toEqual([true, false, false]);
});
