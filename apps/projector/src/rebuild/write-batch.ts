import { align } from '@callstream/runtime';
import type { Batch } from '@callstream/runtime';
import { PositionMoved, project, readPositions, withConnection } from '@callstream/tables';
import type { BatchRows, Tables } from '@callstream/tables';
import { moveOf } from '../apply.ts';
import { understand } from '../understand.ts';
import { after, writeInHalves } from '../write-in-halves.ts';
import type { Part } from '../write-in-halves.ts';
import type { LeaveOut } from './leave-out.ts';

export interface BatchWriting {
  /** Tables that have their keys, and that only we write. */
  readonly db: Tables;
  /** Next offset of each partition in them. */
  readonly positions: ReadonlyMap<number, number>;
  readonly leaveOut: LeaveOut;
}

const { rows: noRows } = understand([]);

/**
 * Joins a batch into tables that are not live; returns the position reached. What is no event is on the DLQ already: the live
 * projector put it there. What Postgres refuses is left out, if it may be.
 * @throws {ProjectionStopped} if it may not
 */
export async function writeBatch(
  { db, positions, leaveOut }: BatchWriting,
  { partition, records }: Pick<Batch, 'partition' | 'records'>,
): Promise<number> {
  const expected = positions.get(partition) ?? 0;
  const aligned = align(records, expected);
  if (aligned.kind === 'known') return expected;
  return writeInHalves(
    { records: aligned.records, expected },
    {
      commit: (part) => commit(db, part, understand(part.records).rows),
      refuse: async (part, refusal) => {
        await leaveOut(part.records[0], refusal);
        return commit(db, part, noRows);
      },
    },
  );
}

/** Nobody else writes here: a position that moved is that of a commit of ours whose answer was lost. */
async function commit(db: Tables, part: Part, rows: BatchRows): Promise<number> {
  try {
    await withConnection(db, (client) => project(client, { moves: [moveOf(part)], rows }));
    return after(part.records);
  } catch (error) {
    if (!(error instanceof PositionMoved)) throw error;
    const { partition } = part.records[0];
    const now = (await readPositions(db)).find((position) => position.partition === partition)?.nextOffset ?? 0;
    if (now <= part.expected) throw error;
    return now;
  }
}
