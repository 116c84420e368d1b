import type { ClientBase } from 'pg';
import type { Tables } from './connect.ts';

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

export async function readPositions(db: Tables | ClientBase): Promise<Position[]> {
  const { rows } = await db.query<Position>(`
    select partition, topic, next_offset as "nextOffset", projection_version as "version", log_id as "logId", last_uuid as "lastUuid",
      (extract(epoch from last_timestamp) * 1000)::float8 as "lastTimestamp"
    from positions order by partition`);
  return rows;
}

/** Begins at offset 0 for every partition that has no position yet. `logId` is kept if one was written before. */
export async function ensurePositions(
  db: Tables,
  { topic, partitions, version, logId }: { topic: string; partitions: number; version: number; logId: string },
): Promise<void> {
  await db.query(
    `insert into positions (partition, topic, next_offset, projection_version, log_id)
     select p, $1::text, 0, $2::int, coalesce((select log_id from positions limit 1), $3::uuid) from generate_series(0, $4::int - 1) p
     where not exists (select from positions)
     on conflict do nothing`,
    [topic, version, logId, partitions],
  );
}
