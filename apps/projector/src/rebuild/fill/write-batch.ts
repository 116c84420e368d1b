import { recordsFrom } from '@callstream/runtime';
import type { Batch } from '@callstream/runtime';
import { PositionMoved, positionMove, project, readPositions, withConnection } from '@callstream/tables';
import type { EventBatch, PositionMove, Tables } from '@callstream/tables';
import { emptyBatch, moveOf } from '../../project/apply-records.ts';
import { commitOrBisect } from '../../project/bisect-batch.ts';
import { foldRecords } from '../../project/fold-records.ts';
import type { ExcludeRecord } from './exclude-record.ts';

export interface WriteBatchOptions {
  /** Tables with keys, that nobody else writes. */
  readonly db: Tables;
  /** Next offset of each partition in them. */
  readonly positions: ReadonlyMap<number, number>;
  readonly excludeRecord: ExcludeRecord;
}

/**
 * Writes a batch into tables that are not live; returns the position reached. Records that are no events are skipped: the live
 * projector has dead-lettered them. A record that Postgres refuses is excluded, if that loses nothing.
 * @throws {ProjectionStopped} if a refused record must not be excluded
 */
export async function writeBatch(
  { db, positions, excludeRecord }: WriteBatchOptions,
  { partition, records }: Pick<Batch, 'partition' | 'records'>,
): Promise<number> {
  const expected = positions.get(partition) ?? 0;
  // After the answer to a commit was lost, the first records may be in the tables already.
  const unwritten = recordsFrom(records, expected);
  if (!unwritten) return expected;
  return commitOrBisect(
    { records: unwritten, expected },
    {
      commit: (batch) => commit(db, moveOf(batch), foldRecords(batch.records).batch),
      refuse: async (batch, refusal) => {
        await excludeRecord(batch.records[0], refusal);
        return commit(db, moveOf(batch), emptyBatch);
      },
    },
  );
}

/** Moves the position past a batch that an operator has skipped; returns the position reached. */
export const advancePastSkipped = (
  { db, positions }: Pick<WriteBatchOptions, 'db' | 'positions'>,
  { partition, next, last }: Pick<PositionMove, 'partition' | 'next' | 'last'>,
): Promise<number> =>
  commit(db, positionMove({ partition, next, last, expected: positions.get(partition) ?? 0 }), emptyBatch);

/** There is no other writer: if the position moved, an earlier commit of ours succeeded and its answer was lost. */
async function commit(db: Tables, move: PositionMove, batch: EventBatch): Promise<number> {
  try {
    await withConnection(db, (client) => project(client, { moves: [move], batch }));
    return move.next;
  } catch (error) {
    if (!(error instanceof PositionMoved)) throw error;
    const position = (await readPositions(db)).find(({ partition }) => partition === move.partition)?.nextOffset ?? 0;
    if (position <= move.expected) throw error;
    return position;
  }
}
