import { sqlOf } from '../connection/tables.ts';
import type { Tables } from '../connection/tables.ts';
import type { Statement, StatementResult } from '../connection/pipeline.ts';
import type { PositionMove } from './position-move.ts';

export interface InitialPositions {
  readonly topic: string;
  /** First offset of each partition. */
  readonly starts: readonly number[];
  readonly version: number;
  readonly logId: string;
}

/** Inserts the offset at which each partition starts; does nothing if the projection has positions already. */
export async function beginPositions(db: Tables, { topic, starts, version, logId }: InitialPositions): Promise<void> {
  await sqlOf(db).query(
    `insert into positions (partition, topic, next_offset, projection_version, log_id)
     select ordinality - 1, $1::text, start, $2::int, $3::uuid from unnest($4::bigint[]) with ordinality as s(start, ordinality)
     where not exists (select from positions)
     on conflict do nothing`,
    [topic, version, logId, starts],
  );
}

/** As {@link beginPositions}, with offset 0 in every partition. */
export const ensurePositions = (
  db: Tables,
  { partitions, ...initial }: Omit<InitialPositions, 'starts'> & { readonly partitions: number },
): Promise<void> => beginPositions(db, { ...initial, starts: Array.from({ length: partitions }, () => 0) });

/** A position is not at the expected offset: another projector is ahead, or the projection was swapped. */
export class PositionMoved extends Error {
  override readonly name = 'PositionMoved';
}

/** Must be the first statement of a transaction: it locks the partitions. Check its result with {@link checkMoved}. */
export const movePositions = (moves: readonly PositionMove[]): Statement => ({
  name: 'move-positions',
  text: `update positions p set next_offset = m.next, last_uuid = m.uuid, last_timestamp = m.at
    from unnest($1::int[], $2::bigint[], $3::int[], $4::bigint[], $5::uuid[], $6::timestamptz[])
      as m (partition, expected, version, next, uuid, at)
    where p.partition = m.partition and p.next_offset = m.expected and p.projection_version = m.version`,
  values: [
    moves.map(({ partition }) => partition),
    moves.map(({ expected }) => expected),
    moves.map(({ version }) => version),
    moves.map(({ next }) => next),
    moves.map(({ last }) => last.uuid),
    moves.map(({ last }) => new Date(last.timestamp).toISOString()),
  ].map((column) => `{${column.join()}}`),
});

/** @throws {PositionMoved} unless {@link movePositions} moved all of them */
export function checkMoved(moves: readonly PositionMove[], result: StatementResult | undefined): void {
  if (result?.count === moves.length) return;
  const expected = moves.map(({ partition, expected: offset }) => `${partition} at offset ${offset}`).join(', ');
  throw new PositionMoved(
    `At least one position is not at the expected offset, or its tables have another projection version: ${expected}.`,
  );
}
