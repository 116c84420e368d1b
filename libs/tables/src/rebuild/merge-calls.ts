import { union } from '@callstream/domain';
import type { ClientBase } from 'pg';
import { fetchInChunks } from '../connection/fetch-in-chunks.ts';
import { unpackFacts } from '../facts/unpack-facts.ts';
import { copyCalls } from './copy-calls.ts';

/** A call with the packed facts of each of its rows. */
interface DividedCall {
  readonly callId: string;
  readonly parts: readonly string[];
}

/**
 * Merges the rows of calls that were written by several bulk loads, because their events were in several transactions.
 * Runs in a transaction, on tables without indexes.
 */
export async function mergeCalls(client: ClientBase): Promise<void> {
  const { rowCount } = await client.query(`
    create temporary table parts on commit drop as
    select call_id, array_agg(facts) as parts from calls
    where call_id in (select call_id from calls group by call_id having count(*) > 1) group by call_id`);
  if (rowCount === 0) return;
  for (const table of ['calls', 'visits', 'segments'])
    await client.query(`delete from ${table} where call_id in (select call_id from parts)`);
  await fetchInChunks<DividedCall>(client, {
    text: 'select call_id as "callId", parts from parts',
    onRows: (calls) =>
      copyCalls(
        client,
        calls.map(({ callId, parts }) => ({ callId, facts: parts.map(unpackFacts).reduce(union) })),
      ),
  });
}
