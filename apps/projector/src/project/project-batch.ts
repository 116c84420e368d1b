import { receivedAtOf } from '@callstream/runtime';
import type { Batch, BatchAlignment } from '@callstream/runtime';
import type { Gaps } from '../supervision/offset-gaps.ts';
import { ProjectionStopped, rebuildRemedy } from '../supervision/projection-stopped.ts';
import type { ApplyRecordsOptions } from './apply-records.ts';
import type { AlignedBatch } from './bisect-batch.ts';
import { createGroupCommit } from './group-commit.ts';

export interface ProjectBatchOptions extends ApplyRecordsOptions {
  readonly alignment: BatchAlignment;
  readonly gaps: Gaps;
  /** Transactions at the same time, not counting the group commit. */
  readonly concurrency: number;
}

/**
 * Projects a batch into the tables; returns the offset to read next, which is after the batch if another projector moved the
 * position.
 * @throws {ProjectionStopped} if an operator is needed
 */
export function createProjectBatch(options: ProjectBatchOptions): (batch: Batch) => Promise<number> {
  const apply = createGroupCommit(options, options.concurrency);
  return async (batch) => {
    const expected = expectedOffset(options, batch.partition);
    const aligned = options.alignment.ofRecords(batch, expected);
    if (aligned.kind === 'seek') return aligned.next;
    if (aligned.gap) await options.gaps.report(batch.partition, aligned.gap);
    const { records } = aligned;
    const startedAt = performance.now();
    const next = await apply({ records, expected });
    report(options, batch, { records, next, durationMs: performance.now() - startedAt });
    return next;
  };
}

/** Next offset that the tables expect. @throws {ProjectionStopped} if they do not know the partition */
export function expectedOffset({ positions }: Pick<ApplyRecordsOptions, 'positions'>, partition: number): number {
  const expected = positions.get(partition);
  if (expected === undefined)
    throw new ProjectionStopped(
      `The tables have no position of partition ${partition}: the topic has more partitions than before. ${rebuildRemedy}`,
    );
  return expected;
}

interface AppliedBatch {
  readonly records: AlignedBatch['records'];
  readonly next: number;
  readonly durationMs: number;
}

function report(
  { metrics, log }: ProjectBatchOptions,
  { partition, highWatermark }: Batch,
  { records, next, durationMs }: AppliedBatch,
): void {
  const receivedAt = receivedAtOf(records[0]).ms;
  metrics.delaySeconds.observe(Math.max(0, Date.now() - receivedAt) / 1000);
  metrics.batchRecords.observe(records.length);
  metrics.batchSeconds.observe(durationMs / 1000);
  metrics.lag.set({ partition }, Math.max(0, highWatermark - next));
  log.debug({ partition, records: records.length, next, duration_ms: Math.round(durationMs) }, 'batch.projected');
}
