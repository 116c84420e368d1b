import { align, receivedAtOf } from '@callstream/runtime';
import type { Batch } from '@callstream/runtime';
import type { Applying } from './apply.ts';
import { ProjectionStopped, rebuildRemedy } from './stopped.ts';
import { createApply } from './together.ts';
import type { Part } from './write-in-halves.ts';

export interface Projecting extends Applying {
  /** Offset of the first record that the log still has. */
  readonly logStart: (partition: number) => Promise<number>;
  /** Transactions at the same time, beside the one of short batches. */
  readonly concurrency: number;
}

/**
 * Joins a batch into the tables; returns the offset to read next, which is behind the batch if somebody else moved the position.
 * @throws {ProjectionStopped} if that needs somebody to look
 */
export function createProjectBatch(projecting: Projecting): (batch: Batch) => Promise<number> {
  const sought = new Map<number, number>();
  const apply = createApply(projecting, projecting.concurrency);
  const measured = async (batch: Batch, part: Part): Promise<number> => {
    const started = performance.now();
    const next = await apply(part);
    report(projecting, batch, { part, next, duration: performance.now() - started });
    return next;
  };
  return async (batch) => {
    const { partition } = batch;
    const expected = projecting.positions.get(partition);
    if (expected === undefined)
      throw new ProjectionStopped(
        `The tables know no partition ${partition}: the topic has more partitions than before. ${rebuildRemedy}`,
      );
    const aligned = align(batch.records, expected);
    if (aligned.kind === 'known') return expected;
    if (aligned.kind === 'gap' && sought.get(partition) !== expected) {
      sought.set(partition, expected);
      return expected;
    }
    if (aligned.kind === 'gap') await goOver(projecting, partition, aligned);
    return measured(batch, { records: aligned.records, expected });
  };
}

/** A gap that is still there when read again is real (an aborted transaction), unless the log was cut off. */
async function goOver(
  { logStart, metrics, log }: Projecting,
  partition: number,
  { from, to }: { from: number; to: number },
): Promise<void> {
  const start = await logStart(partition);
  if (start > from)
    throw new ProjectionStopped(
      `Kafka has deleted records ${from} to ${start - 1} of partition ${partition} that were never projected. Set retention.ms=-1 on the topic. ${rebuildRemedy}`,
    );
  metrics.gaps.inc();
  log.warn({ partition, from, to }, 'projector.gap');
}

function report(
  { metrics, log }: Projecting,
  { partition, highWatermark }: Batch,
  { part: { records }, next, duration }: { part: Part; next: number; duration: number },
): void {
  const receivedAt = receivedAtOf(records[0]).ms;
  metrics.delaySeconds.observe(Math.max(0, Date.now() - receivedAt) / 1000);
  metrics.batchRecords.observe(records.length);
  metrics.batchSeconds.observe(duration / 1000);
  metrics.lag.set({ partition }, Math.max(0, highWatermark - next));
  log.debug({ partition, records: records.length, next, duration_ms: Math.round(duration) }, 'batch.projected');
}
