import { projectionVersion } from '@callstream/domain';
import { checkBatchOffsets } from '@callstream/runtime';
import type { Batch } from '@callstream/runtime';
import { PositionMoved, project, readPositions, withConnection } from '@callstream/tables';
import type { EventBatch, PositionMove, Tables } from '@callstream/tables';
import { moveOf, emptyBatch } from '../../project/apply-records.ts';
import { foldRecords } from '../../project/fold-records.ts';
import { commitOrBisect } from '../../project/bisect-batch.ts';
import type { AlignedBatch } from '../../project/bisect-batch.ts';
import type { ExcludeRecord } from './exclude-record.ts';

export interface WriteBatchOptions {
  /** Tables that have their keys, and that only we write. */
  readonly db: Tables;
  /** Next offset of each partition in them. */
  readonly positions: ReadonlyMap<number, number>;
  readonly leaveOut: ExcludeRecord;
}

/**
 * Writes a batch into tables that are not live; returns the position reached. What is no event is on the DLQ already: the live
 * projector put it there. What Postgres refuses is left out, if it may be.
 * @throws {ProjectionStopped} if it may not
 */
export async function writeBatch(
  { db, positions, leaveOut }: WriteBatchOptions,
  { partition, records }: Pick<Batch, 'partition' | 'records'>,
): Promise<number> {
  const expected = positions.get(partition) ?? 0;
  const aligned = checkBatchOffsets(records, expected);
  if (aligned.kind === 'known') return expected;
  return commitOrBisect(
    { records: aligned.records, expected },
    {
      commit: (part) => commit(db, part, foldRecords(part.records).batch),
      refuse: async (part, refusal) => {
        await leaveOut(part.records[0], refusal);
        return commit(db, part, emptyBatch);
      },
    },
  );
}

/** Moves the position behind a batch that an operator has skipped; returns the position reached. */
export const advancePastSkipped = (
  { db, positions }: Pick<WriteBatchOptions, 'db' | 'positions'>,
  { partition, next, last }: Pick<PositionMove, 'partition' | 'next' | 'last'>,
): Promise<number> =>
  commitMove(
    db,
    { partition, next, last, expected: positions.get(partition) ?? 0, version: projectionVersion },
    emptyBatch,
  );

const commit = (db: Tables, part: AlignedBatch, batch: EventBatch): Promise<number> =>
  commitMove(db, moveOf(part), batch);

/** Nobody else writes here: a position that moved is that of a commit of ours whose answer was lost. */
async function commitMove(db: Tables, move: PositionMove, batch: EventBatch): Promise<number> {
  try {
    await withConnection(db, (client) => project(client, { moves: [move], batch }));
    return move.next;
  } catch (error) {
    if (!(error instanceof PositionMoved)) throw error;
    const now = (await readPositions(db)).find(({ partition }) => partition === move.partition)?.nextOffset ?? 0;
    if (now <= move.expected) throw error;
    return now;
  }
}
