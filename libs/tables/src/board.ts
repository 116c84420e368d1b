import type { ClientBase } from 'pg';
import type { Call } from '@callstream/domain';
import { callOfColumns, ms, selectCalls } from './call-columns.ts';
import type { CallColumns } from './call-columns.ts';
import type { Tables } from './connect.ts';
import { inTransaction } from './connection.ts';
import { readPositions } from './positions.ts';
import type { Position } from './positions.ts';

/** Calls that one fetch of the board brings. */
const fetchRows = 1_000;

/** Times, ms since 1970. */
export interface BoardTimes {
  /** Unfinished calls of which something was heard since are current. */
  readonly unfinishedSince: number;
  /** So are all calls of which something was heard since. */
  readonly updatedSince: number;
  /** Whoever was current at this many ms before, and is no more, has left. */
  readonly leftWithinMs: number;
}

/** A call that would be on a board that was kept all the while, until it left. */
export interface LeftCall {
  readonly callId: string;
  readonly lastId: number;
  readonly finished: boolean;
  /** ms since 1970. */
  readonly updatedAt: number;
}

export interface BoardReading {
  readonly times: BoardTimes;
  /** Calls that are wanted however old they are. */
  readonly alsoIds: readonly string[];
  /** First offset by partition: whatever changed in the log from there on is told of, if only as having left. */
  readonly changedSince: ReadonlyMap<number, number>;
  readonly onPositions: (positions: readonly Position[]) => void;
  readonly onCalls: (calls: readonly Call[]) => void;
  readonly onLeft: (calls: readonly LeftCall[]) => void;
}

/**
 * Reads the current calls of one moment, positions first: whoever goes on from them in the log misses nothing, also
 * while the projection is swapped. In pieces, so that memory stays bounded.
 */
export async function readBoard(db: Tables, reading: BoardReading): Promise<void> {
  const { unfinishedSince, updatedSince, leftWithinMs } = reading.times;
  await inTransaction(db, async (client) => {
    await client.query(
      // All rows are wanted, not the first ones soon.
      'set transaction isolation level repeatable read, read only; set local cursor_tuple_fraction = 1',
    );
    reading.onPositions(await readPositions(client));
    await eachPiece(client, {
      text: `${selectCalls} where c.finished_at is null and c.updated_at >= $1::timestamptz or c.updated_at >= $2::timestamptz or c.call_id = any($3::text[])`,
      values: [time(unfinishedSince), time(updatedSince), reading.alsoIds],
      onRows: (rows) => reading.onCalls((rows as CallColumns[]).map(callOfColumns)),
    });
    const partitions = [...reading.changedSince.keys()];
    const offsets = [...reading.changedSince.values()];
    await eachPiece(client, {
      text: `
        select call_id as "callId", last_id as "lastId", finished_at is not null as "finished", ${ms('updated_at')} as "updatedAt" from calls
        where finished_at is not null and updated_at < $2::timestamptz and updated_at >= $4::timestamptz
           or finished_at is null and updated_at < $1::timestamptz and updated_at >= $3::timestamptz
           or updated_at < $2::timestamptz and last_id >= (select min(o) * 4096 from unnest($6::bigint[]) as o)
             and last_id / 4096 >= (select o from unnest($5::int[], $6::bigint[]) as s(p, o) where p = last_id % 4096)
             and (finished_at is not null or updated_at < $1::timestamptz)`,
      values: [
        ...[time(unfinishedSince), time(updatedSince)],
        ...[time(unfinishedSince - leftWithinMs), time(updatedSince - leftWithinMs)],
        ...[partitions, offsets],
      ],
      onRows: (rows) => reading.onLeft(rows as LeftCall[]),
    });
  });
}

/** What the tables have of these calls. */
export async function readCalls(db: Tables, callIds: readonly string[]): Promise<Call[]> {
  const { rows } = await db.query<CallColumns>({
    name: 'read-calls',
    text: `${selectCalls} where c.call_id = any($1::text[])`,
    values: [callIds],
  });
  return rows.map(callOfColumns);
}

/** Runs a query of the transaction and hands its rows over piece by piece. */
async function eachPiece(
  client: ClientBase,
  { text, values, onRows }: { text: string; values: unknown[]; onRows: (rows: readonly object[]) => void },
): Promise<void> {
  await client.query(`declare piece no scroll cursor for ${text}`, values);
  for (;;) {
    const { rows } = await client.query<object>(`fetch ${fetchRows} from piece`);
    if (rows.length === 0) break;
    onRows(rows);
  }
  await client.query('close piece');
}

const time = (at: number): string => new Date(at).toISOString();
