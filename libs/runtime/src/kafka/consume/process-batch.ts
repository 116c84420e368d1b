import pLimit from 'p-limit';
import type { EachBatchPayload } from 'kafkajs';
import type { ConsumeOptions } from './consume.ts';
import { createByteBudget } from '../decode/byte-budget.ts';
import { countRecords, decodeBudgetBytes, decodeChunks } from '../decode/record-chunks.ts';
import type { RecordChunk } from '../decode/record-chunks.ts';
import { UnreadableBatchError } from '../decode/unreadable-batch.ts';
import type { UnreadableBatch } from '../decode/unreadable-batch.ts';

/** A batch of up to so many records is short: it needs no slot, and is handled at once. */
export const shortBatchRecordsMax = 100;

/** A batch of kafkajs; its types lack the offset that was requested. */
export type FetchedBatch = EachBatchPayload['batch'] & { readonly fetchedOffset: string };

export type ProcessBatchOptions = Pick<ConsumeOptions, 'topic' | 'concurrency' | 'onBatch' | 'onUnreadable'>;

/** @returns the offset to read next; null if the consumer was closed first. `onStart`: it has a slot, or needs none */
export type ProcessBatch = (batch: FetchedBatch, onStart: () => void) => Promise<number | null>;

/** Decodes a batch, and hands it over chunk by chunk. A long batch needs one of `concurrency` slots. */
export function createProcessBatch(
  { topic, concurrency, onBatch, onUnreadable = rejectUnreadable }: ProcessBatchOptions,
  closing: AbortSignal,
): ProcessBatch {
  const slots = pLimit(concurrency);
  const budget = createByteBudget(decodeBudgetBytes);

  /** Hands over chunks until one is unreadable. @returns that one; else the offset to read next, or null when closing */
  const handOver = async (
    chunks: AsyncIterator<RecordChunk>,
    batch: FetchedBatch,
  ): Promise<number | UnreadableBatch | null> => {
    const { partition, highWatermark } = batch;
    for (let step = await chunks.next(); step.done !== true; step = await chunks.next()) {
      if (closing.aborted) return null;
      if (step.value.kind === 'unreadable') return step.value.batch;
      const { records } = step.value;
      const next = await onBatch({ partition, records, highWatermark: Number(highWatermark) });
      // Another consumer is ahead, or earlier records are missing.
      if (next !== (records.at(-1)?.offset ?? -1) + 1) return next;
    }
    return lastOffsetOf(batch) + 1;
  };

  return async (batch, onStart) => {
    const { partition, messages, fetchedOffset } = batch;
    const isShort = countRecords(messages) <= shortBatchRecordsMax;
    await using chunks = decodeChunks({ topic, partition, from: Number(fetchedOffset), messages }, budget);
    const start = (): ReturnType<typeof handOver> => {
      onStart();
      return handOver(chunks, batch);
    };
    for (;;) {
      const outcome = await (isShort ? start() : slots(start));
      if (outcome === null || typeof outcome === 'number') return outcome;
      // Outside of a slot: an operator may take hours to decide.
      const next = await onUnreadable(outcome, closing);
      if (next !== outcome.lastOffset + 1) return next;
    }
  };
}

export const lastOffsetOf = ({ messages }: FetchedBatch): number => Number(messages.at(-1)?.offset ?? -1);

const rejectUnreadable: NonNullable<ConsumeOptions['onUnreadable']> = (batch) =>
  Promise.reject(new UnreadableBatchError(batch));
