import { poolOf } from '../src/connection/tables.ts';
import { shapeOf } from '../src/buckets/bucket-tables.ts';
import { countAllBuckets } from '../src/buckets/count-buckets.ts';
import { inTransaction } from '../src/connection/transaction.ts';
import { bucketTables } from '../src/index.ts';
import type { BucketTable, ProjectionSchema, Tables } from '../src/index.ts';

type BucketRow = Readonly<Record<string, unknown>>;

/** All rows of the buckets, by table and in the order of their keys. */
export async function readBuckets(db: Tables): Promise<Record<string, BucketRow[]>> {
  const read = async (table: BucketTable): Promise<[string, BucketRow[]]> => {
    const { keys } = shapeOf(table);
    const order = ['minutes', 'begins_at', ...keys].join();
    return [table, (await poolOf(db).query<BucketRow>(`select * from ${table} order by ${order}`)).rows];
  };
  return Object.fromEntries(await Promise.all(bucketTables.map(read)));
}

/** Counts all buckets anew, as a rebuild does, and leaves no mark. */
export async function countBucketsAnew(db: Tables): Promise<void> {
  const deletes = ['bucket_marks', ...bucketTables].map((table) => `delete from ${table}`).join('; ');
  await poolOf(db).query(`${deletes}; ${countAllBuckets}`);
}

/** From now on, nothing is marked, so nothing is refreshed. */
export const ignoreMarks = async (db: Tables): Promise<void> => {
  await poolOf(db).query('create rule no_marks as on insert to bucket_marks do instead nothing');
};

/** How long counting all buckets anew takes at the end of a rebuild, in ms. */
export const measureCountingBuckets = (db: Tables, schema: ProjectionSchema): Promise<number> =>
  inTransaction(db, async (client) => {
    await client.query(
      `set local search_path = ${schema}; set local work_mem = '256MB'; truncate ${bucketTables.join()}`,
    );
    const began = performance.now();
    await client.query(countAllBuckets);
    return performance.now() - began;
  });
