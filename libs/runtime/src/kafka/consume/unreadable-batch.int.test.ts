import { randomUUID } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { encodeBatch, encodeRecords, produceRaw, testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import { createLog } from '../../log.ts';
import { connectKafka } from '../connect.ts';
import { consume } from './consume.ts';
import { ensureTopics } from '../ensure-topics.ts';
import { createBlockedPartitions } from './blocked-partitions.ts';
import { connectPublisher } from '../produce/publisher.ts';
import { readRanges } from './read-ranges.ts';
import { batchHash, createSkippedBatches } from './skipped-batches.ts';
import type { UnreadableBatch } from '../decode/unreadable-batch.ts';

const log = createLog({ service: 'test', level: 'silent' });
const brokers = testKafkaBrokers();
const kafka = connectKafka({ brokers, clientId: 'test', log });

const zstd = 4;
/** Decompresses to more than the limit. A broker accepts it: it validates the records, not their size. */
const bomb = encodeBatch({
  attributes: zstd,
  count: 2,
  payload: zstdCompressSync(encodeRecords([Buffer.alloc(65 * 1024 * 1024), Buffer.from('x')])),
});
const readable = (codec: number, ...values: string[]): Buffer => {
  const records = encodeRecords(values.map((value) => Buffer.from(value)));
  return encodeBatch({
    attributes: codec,
    count: values.length,
    payload: codec === 0 ? records : zstdCompressSync(records),
  });
};

/** Partition 0: the records 3 and 4 are unreadable, those before and after are not. Partition 1: 200 records. */
let topic: string;
beforeAll(async () => {
  topic = testTopicName();
  await ensureTopics(kafka, { topic, partitions: 2, log });
  const batches = [readable(0, 'a', 'b'), readable(zstd, 'c'), bomb, readable(zstd, 'd'), readable(0, 'e')];
  for (const batch of batches)
    expect(await produceRaw(brokers[0] ?? '', { topic, partition: 0, batch })).toMatchObject({ errorCode: 0 });
  await using publisher = await connectPublisher(kafka);
  await publisher.publishBatch(
    Array.from({ length: 200 }, (_, i) => ({ topic, partition: 1, key: 'k', value: Buffer.from(`${i}`), headers: {} })),
  );
});

const read = async (from: number, to: number, onUnreadable?: (batch: UnreadableBatch) => void): Promise<string[]> => {
  const seen: string[] = [];
  await readRanges(kafka, {
    topic,
    log,
    ranges: new Map([[0, { from, to }]]),
    ...(onUnreadable && { onUnreadable }),
    onRecords: (records) => void seen.push(...records.map(({ value }) => value?.toString() ?? '')),
  });
  return seen;
};

describe('reading a range with an unreadable batch', () => {
  it('fails with the offsets, the reason, and the command to skip it', async () => {
    await expect(read(0, 7)).rejects.toThrow(
      new RegExp(
        `Partition 0 is blocked: records 3 to 4 of topic "${topic}" are unreadable, because their batch \\(zstd\\) decompresses to more than 64 MB\\..*npm run projector -- dlq skip-batch 0:3 `,
      ),
    );
  });

  it('continues after the batch with `onUnreadable`', async () => {
    const unreadable: UnreadableBatch[] = [];
    expect(await read(0, 7, (batch) => unreadable.push(batch))).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(unreadable).toMatchObject([{ topic, partition: 0, firstOffset: 3, lastOffset: 4, codec: 'zstd' }]);
    expect(await read(4, 5, (batch) => unreadable.push(batch))).toEqual([]);
    expect(unreadable).toHaveLength(2);
  });

  it('does not read the batch if the range ends before it', async () => {
    expect(await read(0, 3)).toEqual(['a', 'b', 'c']);
  });
});

it('a partition that waits for an operator takes no slot from others, and does not delay the stop', async () => {
  const seen: string[] = [];
  let isWaiting = false;
  {
    await using consumer = await consume(kafka, {
      groupId: randomUUID(),
      topic,
      // One slot for long batches: the partition that waits must not occupy it.
      concurrency: 1,
      commit: false,
      log,
      positions: () => new Map(),
      onBatch: ({ partition, records }) => {
        seen.push(...records.map(({ value }) => `${partition}:${value?.toString() ?? ''}`));
        return Promise.resolve((records.at(-1)?.offset ?? -1) + 1);
      },
      onUnreadable: (_batch, signal) =>
        new Promise((_, reject) => {
          isWaiting = true;
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
    });
    const done = () => isWaiting && seen.length >= 203;
    await until(done, { onTimeout: () => new Error(`only ${seen.length}`) });
    expect(seen.filter((value) => value.startsWith('0:'))).toEqual(['0:a', '0:b', '0:c']);
    consumer.failure.catch(() => undefined);
  }
});

it('a blocked partition continues once a batch with the same hash is on the DLQ', async () => {
  const gauge = { value: 0, set: (value: number) => void (gauge.value = value) };
  const blocked = createBlockedPartitions(createSkippedBatches({ kafka, topic, log }), log, gauge);
  const unreadable: UnreadableBatch[] = [];
  await read(3, 4, (batch) => unreadable.push(batch));
  const [batch] = unreadable;
  if (!batch) throw new Error('No batch is unreadable.');
  const skipped = blocked.waitUntilSkipped(batch, AbortSignal.timeout(25_000));
  await until(() => blocked.isBlocked(0), {
    onTimeout: () => new Error('The partition is not blocked.'),
  });
  expect(blocked.describe()).toMatch(/^Partition 0 is blocked: .* \(Since 20\d\d-/);
  expect(gauge.value).toBe(1);
  await using publisher = await connectPublisher(kafka);
  const put = (hash: string) =>
    publisher.publishBatch([
      {
        topic: `${topic}-dlq`,
        partition: 0,
        key: null,
        value: null,
        headers: { dlq_kind: 'unreadable', dlq_sha256: hash },
      },
    ]);
  await put('hash of another batch');
  expect(await createSkippedBatches({ kafka, topic, log }).has(batch)).toBe(false);
  await put(batchHash(batch));
  await skipped;
  expect([blocked.isBlocked(0), blocked.describe(), gauge.value]).toEqual([false, null, 0]);
});
