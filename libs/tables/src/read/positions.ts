import type { ClientBase } from 'pg';
import type { Tables } from '../connection/pool.ts';
import { addSchemaHint } from '../connection/error-hints.ts';
import type { ProjectionSchema } from '../projection/schemas.ts';

/** How far one partition is projected. */
export interface Position {
  readonly partition: number;
  readonly topic: string;
  /** Offset of the first record that is not yet in the tables. */
  readonly nextOffset: number;
  readonly version: number;
  readonly logId: string;
  readonly lastUuid: string | null;
  /** Kafka timestamp of the last record applied, in ms since 1970. */
  readonly lastTimestamp: number | null;
}

/** Oldest projection version whose tables have all that is read of them here: in those before it, `events` has no `omitted`. */
export const readableVersionMin = 3;

/** The positions of a projection; of the one on the search path if none is named. The first that everybody reads. */
export async function readPositions(
  db: Pick<ClientBase, 'query'> | Tables,
  schema?: ProjectionSchema,
): Promise<Position[]> {
  const asked = (db as Pick<ClientBase, 'query'>).query<Position>(`
    select partition, topic, next_offset as "nextOffset", projection_version as "version", log_id as "logId", last_uuid as "lastUuid",
      (extract(epoch from last_timestamp) * 1000)::float8 as "lastTimestamp"
    from ${schema === undefined ? '' : `${schema}.`}positions order by partition`);
  const { rows } = await asked.catch((error: unknown) => Promise.reject(addSchemaHint(error as Error)));
  return rows;
}

export interface InitialPositions {
  readonly topic: string;
  /** First offset of each partition. */
  readonly starts: readonly number[];
  readonly version: number;
  readonly logId: string;
}

/** Writes where a projection that has no positions yet begins to read; one that has some keeps them. */
export async function beginPositions(db: Tables, { topic, starts, version, logId }: InitialPositions): Promise<void> {
  await db.query(
    `insert into positions (partition, topic, next_offset, projection_version, log_id)
     select ordinality - 1, $1::text, start, $2::int, $3::uuid from unnest($4::bigint[]) with ordinality as s(start, ordinality)
     where not exists (select from positions)
     on conflict do nothing`,
    [topic, version, logId, starts],
  );
}

/** Begins at offset 0 of every partition, if there are no positions yet. */
export const ensurePositions = (
  db: Tables,
  { partitions, ...beginning }: Omit<InitialPositions, 'starts'> & { readonly partitions: number },
): Promise<void> => beginPositions(db, { ...beginning, starts: Array.from({ length: partitions }, () => 0) });
