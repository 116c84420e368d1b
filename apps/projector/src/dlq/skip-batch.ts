import { connectPublisher, createSkippedBatches, endOffsets, readRanges } from '@callstream/runtime';
import type { UnreadableBatch } from '@callstream/runtime';
import { createDeadLetters, deadLetterOfBatch } from './dead-letters.ts';
import type { Dlq } from './dlq.ts';

/** Where a record stands. */
export interface BatchStart {
  readonly partition: number;
  readonly offset: number;
}

/**
 * Puts the batch that begins there on the DLQ. What can be read is never skipped: projectors and gateways look for an entry only when
 * they cannot read a batch, and by its hash.
 * @throws {Error} if no batch that cannot be read begins there
 */
export async function skipBatch(dlq: Dlq, place: BatchStart): Promise<string> {
  const batch = await findUnreadable(dlq, place);
  const { partition, firstOffset, lastOffset, codec, bytes } = batch;
  const records = `records ${firstOffset} to ${lastOffset} of partition ${partition}`;
  if (await createSkippedBatches(dlq).has(batch)) return `The batch of ${records} is on the DLQ already.`;
  await using publisher = await connectPublisher(dlq.kafka);
  await createDeadLetters(dlq.kafka, publisher, dlq.topic).setAside([deadLetterOfBatch(batch)]);
  return `Put on the DLQ as one record: the batch of ${records} (${codec}, ${bytes.length} bytes). Projectors and gateways go on behind it within seconds. What it says is in no table: have it sent again by whoever wrote it.`;
}

async function findUnreadable({ kafka, topic, log }: Dlq, { partition, offset }: BatchStart): Promise<UnreadableBatch> {
  const { low, high } = (await endOffsets(kafka, topic)).get(partition) ?? { low: 0, high: 0 };
  if (offset < low || offset >= high)
    throw new Error(
      `Partition ${partition} of "${topic}" has no record ${offset}: ${high > low ? `it has ${low} to ${high - 1}` : 'it is empty'}. Nothing was skipped.`,
    );
  const found: UnreadableBatch[] = [];
  await readRanges(kafka, {
    ...{ topic, log, ranges: new Map([[partition, { from: offset, to: offset + 1 }]]) },
    onRecords: () => undefined,
    onUnreadable: (batch) => void found.push(batch),
  });
  const [batch] = found;
  if (!batch)
    throw new Error(
      `Record ${offset} of partition ${partition} can be read, or there is none any more. Nothing was skipped: only a batch that cannot be read is.`,
    );
  if (batch.firstOffset !== offset)
    throw new Error(
      `Record ${offset} stands in a batch that begins at ${batch.firstOffset}. Nothing was skipped. To skip all of it: npm run projector -- dlq skip-batch ${partition}:${batch.firstOffset}`,
    );
  return batch;
}
