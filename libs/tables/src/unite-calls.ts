import { union } from '@callstream/domain';
import type { ClientBase } from 'pg';
import type { StoredCall } from './board.ts';
import { copyCalls } from './copy-calls.ts';
import { eachPiece } from './each-piece.ts';
import { unpackFacts } from './facts-text.ts';

/** Calls that are played and written at a time. */
const callsAtOnce = 1_000;

/**
 * Makes one row of each call that a fill has written several times, because its events did not all come in one transaction.
 * Takes a transaction on tables without indexes.
 */
export async function uniteCalls(client: ClientBase): Promise<void> {
  const { rowCount } = await client.query(`
    create temporary table parts on commit drop as
    select call_id, facts from calls where call_id in (select call_id from calls group by call_id having count(*) > 1)`);
  if (rowCount === 0) return;
  for (const table of ['calls', 'visits', 'segments'])
    await client.query(`delete from ${table} where call_id in (select call_id from parts)`);
  let waiting: StoredCall[] = [];
  const write = async (): Promise<void> => {
    await copyCalls(client, waiting);
    waiting = [];
  };
  await eachPiece<PartOfCall>(client, {
    text: 'select call_id as "callId", facts from parts order by call_id',
    onRows: async (rows) => {
      for (const { callId, facts } of rows) {
        const last = waiting.at(-1);
        const part = unpackFacts(facts);
        if (last?.callId === callId) waiting[waiting.length - 1] = { callId, facts: union(last.facts, part) };
        else {
          // The last one may go on in the next row.
          if (waiting.length >= callsAtOnce) await write();
          waiting.push({ callId, facts: part });
        }
      }
    },
  });
  await write();
}

interface PartOfCall {
  readonly callId: string;
  /** Packed. */
  readonly facts: string;
}
