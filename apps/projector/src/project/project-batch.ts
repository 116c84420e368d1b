import { checkBatchOffsets, receivedAtOf } from '@callstream/runtime';
import type { Batch } from '@callstream/runtime';
import type { ApplyRecordsOptions } from './apply-records.ts';
import type { Gaps } from '../supervision/offset-gaps.ts';
import { ProjectionStopped, rebuildRemedy } from '../supervision/projection-stopped.ts';
import { createGroupCommit } from './group-commit.ts';
import type { AlignedBatch } from './bisect-batch.ts';

export interface ProjectBatchOptions extends ApplyRecordsOptions {
  readonly gaps: Gaps;
  /** Transactions at the same time, beside the one of short batches. */
  readonly concurrency: number;
}

/**
 * Joins a batch into the tables; returns the offset to read next, which is behind the batch if somebody else moved the position.
 * @throws {ProjectionStopped} if that needs somebody to look
 */
export function createProjectBatch(projecting: ProjectBatchOptions): (batch: Batch) => Promise<number> {
  const apply = createGroupCommit(projecting, projecting.concurrency);
  const measured = async (batch: Batch, part: AlignedBatch): Promise<number> => {
    const started = performance.now();
    const next = await apply(part);
    report(projecting, batch, { part, next, duration: performance.now() - started });
    return next;
  };
  return async (batch) => {
    const expected = expectedOffset(projecting, batch.partition);
    const aligned = checkBatchOffsets(batch.records, expected);
    if (aligned.kind === 'known') return expected;
    if (aligned.kind === 'gap' && !(await projecting.gaps.mayGoOver(batch.partition, aligned))) return expected;
    return measured(batch, { records: aligned.records, expected });
  };
}

/** Where the tables are. @throws {ProjectionStopped} if they do not know the partition */
export function expectedOffset({ positions }: Pick<ApplyRecordsOptions, 'positions'>, partition: number): number {
  const expected = positions.get(partition);
  if (expected === undefined)
    throw new ProjectionStopped(
      `The tables know no partition ${partition}: the topic has more partitions than before. ${rebuildRemedy}`,
    );
  return expected;
}

function report(
  { metrics, log }: ProjectBatchOptions,
  { partition, highWatermark }: Batch,
  { part: { records }, next, duration }: { part: AlignedBatch; next: number; duration: number },
): void {
  const receivedAt = receivedAtOf(records[0]).ms;
  metrics.delaySeconds.observe(Math.max(0, Date.now() - receivedAt) / 1000);
  metrics.batchRecords.observe(records.length);
  metrics.batchSeconds.observe(duration / 1000);
  metrics.lag.set({ partition }, Math.max(0, highWatermark - next));
  log.debug({ partition, records: records.length, next, duration_ms: Math.round(duration) }, 'batch.projected');
}
