import { createSkippedBatches, followTopic } from '@callstream/runtime';
import type { Batch, Kafka, Log, UnreadableBatch } from '@callstream/runtime';
import { fingerprintOf, fingerprintOfBatch } from '../../supervision/fingerprint.ts';
import type { TableWriter, WriterBatch } from './bulk-writer.ts';
import { whenAborted } from '../aborted.ts';

/** Connections that fill the tables; a partition belongs to one of them. */
const writersMax = 2;
/** Partitions that may wait for their lane at the same time: kafkajs fetches again when all of a fetch are handed over. */
const concurrency = 64;
/** A partition of which nothing comes for so long ends in records that are none (an aborted transaction), in ms. */
const silentMs = 15_000;

export interface FillOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  /** Next offset of each partition in the tables; the lanes move it after every commit. */
  readonly positions: ReadonlyMap<number, number>;
  /** Offset of each partition at which to stop: exactly there, or before if the log has nothing up to there. */
  readonly targets: ReadonlyMap<number, number>;
  readonly openLane: () => TableWriter;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/**
 * Fills tables with the log from their positions to `targets`. What is not committed when it fails or is stopped is read again by
 * the next attempt.
 */
export async function fill(options: FillOptions): Promise<void> {
  const { kafka, topic, positions, targets, openLane, signal, log } = options;
  const read = new Map(positions);
  const missing = (): number[] =>
    [...targets].filter(([partition, end]) => (read.get(partition) ?? 0) < end).map(([partition]) => partition);
  if (missing().length === 0) return;

  const skipped = createSkippedBatches({ kafka, topic, log });
  const lanes = Array.from({ length: writersMax }, openLane);
  const { promise: allRead, resolve: onAllRead } = Promise.withResolvers<undefined>();
  const silence = watchSilence(() => {
    log.warn({ partitions: missing(), silent_ms: silentMs }, 'rebuild.partitions-end-early');
    onAllRead(undefined);
  });
  const put = (batch: WriterBatch): Promise<void> | undefined => lanes[batch.partition % writersMax]?.put(batch);
  const reached = (partition: number, next: number): number => {
    read.set(partition, Math.max(read.get(partition) ?? 0, next));
    if (missing().length === 0) onAllRead(undefined);
    return next;
  };
  const onBatch = async ({ partition, records }: Batch): Promise<number> => {
    using _sound = silence.interrupted();
    const from = read.get(partition) ?? 0;
    const end = targets.get(partition) ?? 0;
    const wanted = records.filter(({ offset }) => offset >= from && offset < end);
    const last = wanted.at(-1);
    if (last) await put({ partition, records: wanted, next: last.offset + 1, last: fingerprintOf(last) });
    return reached(partition, (records.at(-1)?.offset ?? -1) + 1);
  };
  const onUnreadable = async (batch: UnreadableBatch): Promise<number> => {
    using _sound = silence.interrupted();
    const { partition, firstOffset, lastOffset } = batch;
    const end = targets.get(partition) ?? 0;
    if (firstOffset < end) {
      await skipped.check(batch);
      const next = Math.min(lastOffset + 1, end);
      await put({ partition, records: [], next, last: fingerprintOfBatch(batch) });
    }
    return reached(partition, lastOffset + 1);
  };
  const writeAll = async (): Promise<void> => {
    await allRead;
    for (const lane of lanes) lane.end();
    await Promise.all(lanes.map(({ done }) => done));
  };
  try {
    await using reading = await followTopic(kafka, {
      name: 'rebuild',
      topic,
      concurrency,
      positions: () => read,
      onBatch,
      onUnreadable,
      log,
    });
    await Promise.race([writeAll(), reading.failure, whenAborted(signal), ...lanes.map(failureOf)]);
  } finally {
    silence.stop();
    for (const lane of lanes) lane.abort();
    await Promise.allSettled(lanes.map(({ done }) => done));
  }
}

/** Rejects when the lane fails, and never resolves. */
const failureOf = ({ done }: { readonly done: Promise<void> }): Promise<never> =>
  new Promise((_, reject) => void done.catch(reject));

/** Calls `onSilence` once nothing came for `silentMs` and nothing is being handled. */
function watchSilence(onSilence: () => void) {
  let handling = 0;
  const timer = setTimeout(() => (handling === 0 ? onSilence() : timer.refresh()), silentMs);
  return {
    /** Until disposed, it is not silent. */
    interrupted: (): Disposable => {
      handling++;
      return {
        [Symbol.dispose]: () => {
          handling--;
          timer.refresh();
        },
      };
    },
    stop: () => clearTimeout(timer),
  };
}
