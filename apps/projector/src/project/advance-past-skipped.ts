import type { UnreadableBatch } from '@callstream/runtime';
import { PositionMoved, positionMove, project, withConnection } from '@callstream/tables';
import { fingerprintOfBatch } from '../supervision/fingerprint.ts';
import { explainPostgresError } from '../supervision/postgres-errors.ts';
import { emptyBatch, rereadPosition } from './apply-records.ts';
import { expectedOffset } from './project-batch.ts';
import type { ProjectBatchOptions } from './project-batch.ts';

/** Moves the position past an unreadable batch that an operator has skipped; writes no rows. Returns the offset to read next. */
export async function advancePastSkippedBatch(options: ProjectBatchOptions, batch: UnreadableBatch): Promise<number> {
  const { partition, firstOffset, lastOffset } = batch;
  const { db, alignment, gaps, positions, onCommit, metrics } = options;
  const expected = expectedOffset(options, partition);
  const aligned = alignment.ofUnreadable(batch, expected);
  if (aligned.kind === 'seek') return aligned.next;
  if (aligned.gap) await gaps.report(partition, aligned.gap);
  const next = lastOffset + 1;
  const move = positionMove({ partition, expected, next, last: fingerprintOfBatch(batch) });
  try {
    await withConnection(db, (client) => project(client, { moves: [move], batch: emptyBatch }));
  } catch (error) {
    if (error instanceof PositionMoved) return rereadPosition(options, partition);
    throw explainPostgresError(
      error,
      [firstOffset, lastOffset].map((offset) => ({ partition, offset })),
    );
  }
  positions.set(partition, next);
  onCommit();
  metrics.deadLetters.inc({ kind: 'unreadable' });
  metrics.lastProgress.setToCurrentTime();
  return next;
}
