import type { Tables } from '../connection/pool.ts';

/** Whether the tables have an event. */
export async function hasEvent(db: Tables, uuid: string): Promise<boolean> {
  const { rowCount } = await db.query('select from events where uuid = $1::uuid', [uuid]);
  return rowCount === 1;
}
