import { align, receivedAtOf } from '@callstream/runtime';
import type { Batch } from '@callstream/runtime';
import { apply } from './apply.ts';
import type { Applying } from './apply.ts';
import { ProjectionStopped, rebuildRemedy } from './stopped.ts';

export interface Projecting extends Applying {
  /** Offset of the first record that the log still has. */
  readonly logStart: (partition: number) => Promise<number>;
}

/**
 * Joins a batch into the tables; returns the offset to read next, which is behind the batch if somebody else moved the position.
 * @throws {ProjectionStopped} if that needs somebody to look
 */
export function createProjectBatch(projecting: Projecting): (batch: Batch) => Promise<number> {
  const sought = new Map<number, number>();
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
    return applyMeasured(projecting, batch, { records: aligned.records, expected });
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

async function applyMeasured(
  projecting: Projecting,
  { partition, highWatermark }: Batch,
  { records, expected }: { records: Parameters<typeof apply>[1]; expected: number },
): Promise<number> {
  const { metrics, log } = projecting;
  const started = performance.now();
  const next = await apply(projecting, records, expected);
  const duration = performance.now() - started;
  const receivedAt = Date.parse(receivedAtOf(records[0]));
  metrics.delaySeconds.observe(Math.max(0, Date.now() - receivedAt) / 1000);
  metrics.batchRecords.observe(records.length);
  metrics.batchSeconds.observe(duration / 1000);
  metrics.lag.set({ partition }, Math.max(0, highWatermark - next));
  log.debug({ partition, records: records.length, next, duration_ms: Math.round(duration) }, 'batch.projected');
  return next;
}
