import type { UnreadableBatch } from '@callstream/runtime';
import { projectionVersion } from '@callstream/domain';
import { PositionMoved, project, withConnection } from '@callstream/tables';
import { emptyBatch, rereadPosition } from './apply-records.ts';
import { explainPostgresError } from '../supervision/postgres-errors.ts';
import { fingerprintOfBatch } from '../supervision/fingerprint.ts';
import { expectedOffset } from './project-batch.ts';
import type { ProjectBatchOptions } from './project-batch.ts';

/** Moves the position behind a batch that an operator has put on the DLQ, and writes no row. Returns the offset to read next. */
export async function advancePastSkippedBatch(
  projecting: ProjectBatchOptions,
  batch: UnreadableBatch,
): Promise<number> {
  const { partition, firstOffset, lastOffset } = batch;
  const { db, gaps, positions, changed, metrics } = projecting;
  const expected = expectedOffset(projecting, partition);
  if (expected > lastOffset) return expected;
  if (expected < firstOffset && !(await gaps.mayGoOver(partition, { from: expected, to: firstOffset })))
    return expected;
  const next = lastOffset + 1;
  const move = { partition, expected, next, version: projectionVersion, last: fingerprintOfBatch(batch) };
  try {
    await withConnection(db, (client) => project(client, { moves: [move], batch: emptyBatch }));
  } catch (error) {
    if (error instanceof PositionMoved) return rereadPosition(projecting, partition);
    throw explainPostgresError(
      error,
      [firstOffset, lastOffset].map((offset) => ({ partition, offset })),
    );
  }
  positions.set(partition, next);
  changed();
  metrics.deadLetters.inc({ kind: 'unreadable' });
  metrics.lastProgress.setToCurrentTime();
  return next;
}
