import type { ClientBase } from 'pg';
import { copyCalls } from './copy-calls.ts';
import type { PackedCall } from './copy-calls.ts';
import { fetchInChunks } from '../connection/fetch-in-chunks.ts';

/**
 * Makes one row of each call that a fill has written several times, because its events did not all come in one transaction.
 * Takes a transaction on tables without indexes.
 */
export async function mergeCalls(client: ClientBase): Promise<void> {
  const { rowCount } = await client.query(`
    create temporary table parts on commit drop as
    select call_id, array_agg(facts) as parts from calls
    where call_id in (select call_id from calls group by call_id having count(*) > 1) group by call_id`);
  if (rowCount === 0) return;
  for (const table of ['calls', 'visits', 'segments'])
    await client.query(`delete from ${table} where call_id in (select call_id from parts)`);
  await fetchInChunks<PackedCall>(client, {
    text: 'select call_id as "callId", parts from parts',
    onRows: (calls) => copyCalls(client, calls),
  });
}
