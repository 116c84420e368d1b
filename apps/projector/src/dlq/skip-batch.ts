import { connectPublisher, createSkippedBatches, endOffsets, readRanges } from '@callstream/runtime';
import type { CommandResult, UnreadableBatch } from '@callstream/runtime';
import { createDeadLetters, deadLetterOfBatch } from './dead-letters.ts';
import type { Dlq } from './dlq.ts';

/** First record of a batch. */
export interface BatchStart {
  readonly partition: number;
  readonly offset: number;
}

/**
 * Puts an unreadable batch on the DLQ, so that projectors and gateways skip it. A readable batch is never skipped: they look for an
 * entry only after they failed to read a batch, and compare its hash.
 * @param onPublish called before it is put there: from then on it may be there, also if this is interrupted
 * @throws {Error} if no unreadable batch begins there
 */
export async function skipBatch(
  dlq: Dlq,
  start: BatchStart,
  onPublish = (): void => undefined,
): Promise<CommandResult> {
  const batch = await findUnreadable(dlq, start);
  const { partition, firstOffset, lastOffset, codec, bytes } = batch;
  const json = { partition, first_offset: firstOffset, last_offset: lastOffset, codec };
  const records = `records ${firstOffset} to ${lastOffset} of partition ${partition}`;
  if (await createSkippedBatches(dlq).has(batch))
    return { lines: [`The batch of ${records} is on the DLQ already.`], json: { ...json, skipped: false } };
  await using publisher = await connectPublisher(dlq.kafka);
  onPublish();
  await createDeadLetters(dlq.kafka, publisher, dlq.topic).publish([deadLetterOfBatch(batch)]);
  return {
    lines: [
      `Put on the DLQ as one record: the batch of ${records} (${codec}, ${bytes.length} bytes). Projectors and gateways skip it within seconds. Its events are in no table: ask their sender to send them again.`,
    ],
    json: { ...json, skipped: true },
  };
}

async function findUnreadable({ kafka, topic, log }: Dlq, { partition, offset }: BatchStart): Promise<UnreadableBatch> {
  const { low, high } = (await endOffsets(kafka, topic)).get(partition) ?? { low: 0, high: 0 };
  if (offset < low || offset >= high)
    throw new Error(
      `Partition ${partition} of "${topic}" has no record ${offset}: ${high > low ? `it has ${low} to ${high - 1}` : 'it is empty'}. Nothing was skipped.`,
    );
  const found: UnreadableBatch[] = [];
  await readRanges(kafka, {
    topic,
    log,
    ranges: new Map([[partition, { from: offset, to: offset + 1 }]]),
    onRecords: () => undefined,
    onUnreadable: (batch) => void found.push(batch),
  });
  const [batch] = found;
  if (!batch)
    throw new Error(
      `Record ${offset} of partition ${partition} can be read, or no longer exists. Nothing was skipped: only an unreadable batch can be.`,
    );
  if (batch.firstOffset !== offset)
    throw new Error(
      `Record ${offset} is in a batch that begins at ${batch.firstOffset}. Nothing was skipped. To skip the whole batch: npm run projector -- dlq skip-batch ${partition}:${batch.firstOffset}`,
    );
  return batch;
}
