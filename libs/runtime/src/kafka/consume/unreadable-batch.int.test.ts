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
/** A broker takes them: it looks at the frames of records, not at how large they are. */
const bomb = encodeBatch({
  ...{ attributes: zstd, count: 2 },
  payload: zstdCompressSync(encodeRecords([Buffer.alloc(65 * 1024 * 1024), Buffer.from('x')])),
});
const good = (codec: number, ...values: string[]): Buffer => {
  const records = encodeRecords(values.map((value) => Buffer.from(value)));
  return encodeBatch({
    attributes: codec,
    count: values.length,
    payload: codec === 0 ? records : zstdCompressSync(records),
  });
};

/** Partition 0: records that can be read, two that cannot (3 and 4), and records again. Partition 1: 200 records. */
let topic: string;
beforeAll(async () => {
  topic = testTopicName();
  await ensureTopics(kafka, { topic, partitions: 2, log });
  const batches = [good(0, 'a', 'b'), good(zstd, 'c'), bomb, good(zstd, 'd'), good(0, 'e')];
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
    ...{ topic, log, ranges: new Map([[0, { from, to }]]), ...(onUnreadable && { onUnreadable }) },
    onRecords: (records) => void seen.push(...records.map(({ value }) => value?.toString() ?? '')),
  });
  return seen;
};

describe('a range with a batch that cannot be read', () => {
  it('fails, and says which records, why, and what an operator can do', async () => {
    await expect(read(0, 7)).rejects.toThrow(
      new RegExp(
        `Partition 0 stands still: records 3 to 4 of "${topic}" cannot be read, as their batch \\(zstd\\) decompresses to more than 64 MB\\..*npm run projector -- dlq skip-batch 0:3 `,
      ),
    );
  });

  it('is read but for that batch, by whoever decides so', async () => {
    const met: UnreadableBatch[] = [];
    expect(await read(0, 7, (batch) => met.push(batch))).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(met).toMatchObject([{ topic, partition: 0, firstOffset: 3, lastOffset: 4, codec: 'zstd' }]);
    expect(await read(4, 5, (batch) => met.push(batch))).toEqual([]);
    expect(met).toHaveLength(2);
  });

  it('may end before it', async () => {
    expect(await read(0, 3)).toEqual(['a', 'b', 'c']);
  });
});

it('a partition that waits for an operator takes no place from the others, and does not hold up the end', async () => {
  const seen: string[] = [];
  let isWaiting = false;
  {
    await using consumption = await consume(kafka, {
      // One place for long batches: the one that waits must not have it.
      ...{ groupId: randomUUID(), topic, concurrency: 1, commit: false, log },
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
    await until(done, { timeoutMs: 20_000, onTimeout: () => new Error(`only ${seen.length}`) });
    expect(seen.filter((one) => one.startsWith('0:'))).toEqual(['0:a', '0:b', '0:c']);
    consumption.failure.catch(() => undefined);
  }
});

it('goes on by itself once the batch is on the DLQ, known by its hash', async () => {
  const gauge = { value: 0, set: (value: number) => void (gauge.value = value) };
  const heldUp = createBlockedPartitions(createSkippedBatches({ kafka, topic, log }), log, gauge);
  const met: UnreadableBatch[] = [];
  await read(3, 4, (batch) => met.push(batch));
  const [batch] = met;
  if (!batch) throw new Error('Nothing was met.');
  const skipped = heldUp.untilSkipped(batch, AbortSignal.timeout(25_000));
  await until(() => heldUp.has(0), { timeoutMs: 10_000, onTimeout: () => new Error('It does not wait.') });
  expect(heldUp.describe()).toMatch(/^Partition 0 stands still: .* \(Since 20\d\d-/);
  expect(gauge.value).toBe(1);
  await using publisher = await connectPublisher(kafka);
  const put = (hash: string) =>
    publisher.publishBatch([
      {
        ...{ topic: `${topic}-dlq`, partition: 0, key: null, value: null },
        headers: { dlq_kind: 'unreadable', dlq_sha256: hash },
      },
    ]);
  await put('that of another batch');
  expect(await createSkippedBatches({ kafka, topic, log }).has(batch)).toBe(false);
  await put(batchHash(batch));
  await skipped;
  expect([heldUp.has(0), heldUp.describe(), gauge.value]).toEqual([false, null, 0]);
});
