import { addSchemaHint } from '../connection/error-hints.ts';
import { sqlOf } from '../connection/tables.ts';
import type { Queryable } from '../connection/tables.ts';
import type { ProjectionSchema } from '../connection/schema-names.ts';

/** How far one partition is projected. */
export interface Position {
  readonly partition: number;
  readonly topic: string;
  /** Offset of the first record that is not yet in the tables. */
  readonly nextOffset: number;
  /** Projection version of the tables. */
  readonly version: number;
  readonly logId: string;
  readonly lastUuid: string | null;
  /** Kafka timestamp of the last record applied, in ms since 1970. */
  readonly lastTimestamp: number | null;
}

/** SQL: a timestamp as ms since 1970. */
export const epochMs = (column: string): string => `(extract(epoch from ${column}) * 1000)::float8`;

/** Oldest projection version whose tables this code can read: before it, there were no buckets of agents' calls. */
export const readableVersionMin = 7;

/**
 * The positions of a projection; without `schema`, of the one on the search path. Every process reads them first, so an
 * error here gets the remedy for missing tables or rights.
 */
export async function readPositions(db: Queryable, schema?: ProjectionSchema): Promise<Position[]> {
  const query = sqlOf(db).query<Position>(`
    select partition, topic, next_offset as "nextOffset", projection_version as "version", log_id as "logId", last_uuid as "lastUuid",
      ${epochMs('last_timestamp')} as "lastTimestamp"
    from ${schema === undefined ? '' : `${schema}.`}positions order by partition`);
  const { rows } = await query.catch((error: unknown) => Promise.reject(addSchemaHint(error as Error)));
  return rows;
}
