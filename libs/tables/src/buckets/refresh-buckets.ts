import { projectionVersion } from '@callstream/domain';
import type { ClientBase } from 'pg';
import { sqlOf } from '../connection/tables.ts';
import type { Tables } from '../connection/tables.ts';
import { inTransaction } from '../connection/transaction.ts';
import { recountBuckets } from './count-buckets.ts';
import { bucketOf, dayMinutes, isOfDay } from './levels.ts';

/** The upper half of the key of the advisory lock: "call" in ASCII. The lower half is the table, so that each projection has its own. */
const lockSpace = 0x63616c6c;

/** A day of UTC with marked buckets. */
export interface MarkedDay {
  /** Its beginning, ISO 8601. */
  readonly day: string;
  /** The transaction that inserted its oldest mark: another one once that mark is removed. */
  readonly oldestMark: string;
}

/** The days with marked buckets, the newest first. */
export async function readMarkedDays(db: Tables): Promise<MarkedDay[]> {
  const { rows } = await sqlOf(db).query<MarkedDay>(
    `select distinct on (day) day, xmin::text as "oldestMark"
     from (select ${bucketOf('begins_at', dayMinutes)} as day, xmin from bucket_marks) marks
     order by day desc, age(xmin) desc`,
  );
  return rows;
}

/**
 * Counts all marked buckets again, day by day, the newest first.
 * @returns number of days that were counted
 * @throws the first error
 */
export async function refreshBuckets(db: Tables, version = projectionVersion): Promise<number> {
  let counted = 0;
  for (const { day } of await readMarkedDays(db)) {
    if (!(await refreshDay(db, { day, version }))) break;
    counted++;
  }
  return counted;
}

interface RefreshDayOptions {
  /** Beginning of the day, ISO 8601. */
  readonly day: string;
  /** Projection version of the tables; those of another one are left alone. */
  readonly version?: number;
}

/**
 * Counts the marked buckets of a day again and removes their marks, in one transaction. Only one process does so at a time, by an
 * advisory lock. A mark that is inserted meanwhile stays.
 * @returns false if another process has the lock, or the tables are of another version
 */
export const refreshDay = (db: Tables, { day, version = projectionVersion }: RefreshDayOptions): Promise<boolean> =>
  inTransaction(db, (client) => recountDay(client, { day, version }));

async function recountDay(client: ClientBase, { day, version }: Required<RefreshDayOptions>): Promise<boolean> {
  if (!(await lockBuckets(client, version))) return false;
  const removed = await client.query<{ mark: string }>(
    `with removed as (delete from bucket_marks where ${isOfDay('begins_at')} returning begins_at) select distinct begins_at as mark from removed`,
    [day],
  );
  const marks = removed.rows.map(({ mark }) => mark);
  // Each statement sees all that was committed before it began, so at least the rows of the removed marks.
  if (marks.length > 0) for (const statement of recountBuckets) await client.query(statement, [day, marks]);
  return true;
}

/**
 * Removes the marks of a day that mark the same bucket as an older one, as those of a day that cannot be counted would pile up.
 * Does nothing if another process has the lock, or the tables are of another version.
 */
export const compactMarks = (db: Tables, { day, version = projectionVersion }: RefreshDayOptions): Promise<void> =>
  inTransaction(db, async (client) => {
    // A refresh meanwhile could remove the older mark, and not see what the younger one marks.
    if (!(await lockBuckets(client, version))) return;
    await client.query(
      `delete from bucket_marks m using (
         select ctid, row_number() over (partition by begins_at order by age(xmin) desc) as n from bucket_marks where ${isOfDay('begins_at')}
       ) numbered where m.ctid = numbered.ctid and n > 1`,
      [day],
    );
  });

/** Until the end of the transaction. @returns false if another process has the lock, or the tables are of another version */
async function lockBuckets(client: ClientBase, version: number): Promise<boolean> {
  // The positions first: while this transaction has read them, no swap can rename the schema between two statements.
  const { rows: positions } = await client.query('select from positions where projection_version = $1::int limit 1', [
    version,
  ]);
  if (positions.length === 0) return false;
  const { rows } = await client.query<{ locked: boolean }>(
    `select pg_try_advisory_xact_lock((${lockSpace}::bigint << 32) | 'bucket_marks'::regclass::oid::bigint) as locked`,
  );
  return rows[0]?.locked === true;
}
