import { createBatchAlignment, createSkippedBatches, followTopic, whenAborted } from '@callstream/runtime';
import type { Batch, Kafka, Log, UnreadableBatch } from '@callstream/runtime';
import { fingerprintOf, fingerprintOfBatch } from '../../supervision/fingerprint.ts';
import type { TableWriter, WriterBatch } from './bulk-writer.ts';

/** Connections that fill the tables; each partition belongs to one of them. */
const writersMax = 2;
/** Partitions that may wait for their writer at the same time: kafkajs fetches again when a whole fetch is handed over. */
const concurrency = 64;
/** A partition without a batch for this long has no more records before its target, only an aborted transaction, in ms. */
const idleMs = 15_000;

export interface FillOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  /** Next offset of each partition in the tables; the writers move it after every commit. */
  readonly positions: ReadonlyMap<number, number>;
  /** Offset of each partition at which to stop: exactly there, or earlier if the log has no records up to there. */
  readonly targets: ReadonlyMap<number, number>;
  readonly openWriter: () => TableWriter;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/**
 * Fills tables with the log from their positions to `targets`. After an error or a stop, the next attempt reads again what was not
 * committed.
 */
export async function fill(options: FillOptions): Promise<void> {
  const { kafka, topic, positions, targets, openWriter, signal, log } = options;
  const read = createReadProgress(positions, targets);
  if (read.unfinished().length === 0) return;

  const skipped = createSkippedBatches({ kafka, topic, log });
  const writers = Array.from({ length: writersMax }, openWriter);
  const put = (batch: WriterBatch): Promise<void> | undefined => writers[batch.partition % writersMax]?.put(batch);
  const idleTimer = startIdleTimer(() => {
    log.warn({ partitions: read.unfinished(), silent_ms: idleMs }, 'rebuild.partitions-end-early');
    read.finish();
  });
  const alignment = createBatchAlignment();
  const onBatch = async (batch: Batch): Promise<number> => {
    using _busy = idleTimer.pause();
    const { partition } = batch;
    const aligned = alignment.ofRecords(batch, read.positionOf(partition));
    if (aligned.kind === 'seek') return aligned.next;
    const { records } = aligned;
    const end = targets.get(partition) ?? 0;
    const wanted = records.filter(({ offset }) => offset < end);
    const last = wanted.at(-1);
    if (last) await put({ partition, records: wanted, next: last.offset + 1, last: fingerprintOf(last) });
    return read.advance(partition, (records.at(-1) ?? records[0]).offset + 1);
  };
  const onUnreadable = async (batch: UnreadableBatch): Promise<number> => {
    using _busy = idleTimer.pause();
    const { partition, firstOffset, lastOffset } = batch;
    const aligned = alignment.ofUnreadable(batch, read.positionOf(partition));
    if (aligned.kind === 'seek') return aligned.next;
    const end = targets.get(partition) ?? 0;
    if (firstOffset < end) {
      await skipped.assertSkipped(batch);
      const next = Math.min(lastOffset + 1, end);
      await put({ partition, records: [], next, last: fingerprintOfBatch(batch) });
    }
    return read.advance(partition, lastOffset + 1);
  };
  try {
    await using reader = await followTopic(kafka, {
      name: 'rebuild',
      topic,
      concurrency,
      positions: () => read.positions,
      onBatch,
      onUnreadable,
      log,
    });
    const written = read.finished.then(() => endAll(writers));
    await Promise.race([written, reader.failure, whenAborted(signal), ...writers.map(failureOf)]);
  } finally {
    idleTimer.stop();
    for (const writer of writers) writer.abort();
    await Promise.allSettled(writers.map(({ done }) => done));
  }
}

/** How far the log has been read, which is ahead of what is committed. */
function createReadProgress(start: ReadonlyMap<number, number>, targets: ReadonlyMap<number, number>) {
  const positions = new Map(start);
  const { promise: finished, resolve } = Promise.withResolvers<undefined>();
  const finish = (): void => resolve(undefined);
  const positionOf = (partition: number): number => positions.get(partition) ?? 0;
  const unfinished = (): number[] =>
    [...targets].filter(([partition, end]) => positionOf(partition) < end).map(([partition]) => partition);
  return {
    positions,
    positionOf,
    /** Partitions that are not read up to their target. */
    unfinished,
    /** Returns `next`. */
    advance: (partition: number, next: number): number => {
      positions.set(partition, Math.max(positionOf(partition), next));
      if (unfinished().length === 0) finish();
      return next;
    },
    /** Ends the reading before the targets. */
    finish,
    finished,
  };
}

async function endAll(writers: readonly TableWriter[]): Promise<void> {
  for (const writer of writers) writer.end();
  await Promise.all(writers.map(({ done }) => done));
}

/** Rejects when the writer fails, and never resolves. */
const failureOf = ({ done }: Pick<TableWriter, 'done'>): Promise<never> =>
  new Promise((_, reject) => void done.catch(reject));

/** Calls `onIdle` once no batch has been handled for `idleMs`. */
function startIdleTimer(onIdle: () => void) {
  let handling = 0;
  const timer = setTimeout(() => (handling === 0 ? onIdle() : timer.refresh()), idleMs);
  return {
    /** Pauses the timer until disposed. */
    pause: (): Disposable => {
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
