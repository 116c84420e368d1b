import type { FactSet } from '@callstream/domain';
import type { Tables } from '../connection/pool.ts';
import { inTransaction } from '../connection/transaction.ts';
import { fetchInChunks } from '../connection/fetch-in-chunks.ts';
import { readPositions } from './positions.ts';
import type { Position } from './positions.ts';
import { unpackFacts } from '../facts/unpack-facts.ts';

/** What the tables have of a call: `play` makes all of their columns of it. */
export interface StoredCall {
  readonly callId: string;
  readonly facts: FactSet;
}

/** Times, ms since 1970. */
export interface BoardTimes {
  /** Unfinished calls that were heard of since are current. */
  readonly unfinishedSince: number;
  /** So are all calls that were heard of since. */
  readonly heardSince: number;
  /** Whoever was current at this many ms before, and is no more, has left. */
  readonly leftWithinMs: number;
}

/** A call that would be on a board that was kept all the while, until it left. */
export interface LeftCall {
  readonly callId: string;
  readonly lastId: number;
  readonly finished: boolean;
  /** ms since 1970. */
  readonly heardAt: number;
}

export interface ReadBoardOptions {
  readonly times: BoardTimes;
  /** Calls that are wanted however old they are. */
  readonly alsoIds: readonly string[];
  /** First offset by partition: whatever changed in the log from there on is told of, if only as having left. */
  readonly changedSince: ReadonlyMap<number, number>;
  readonly onPositions: (positions: readonly Position[]) => void;
  readonly onCalls: (calls: readonly StoredCall[]) => void;
  readonly onLeft: (calls: readonly LeftCall[]) => void;
}

/** SQL: a column as ms since 1970. */
export const epochMs = (column: string): string => `(extract(epoch from ${column}) * 1000)::float8`;

/** A row of {@link selectFacts}. */
interface FactsRow {
  readonly callId: string;
  /** Packed. */
  readonly facts: string;
}
const selectFacts = 'select call_id as "callId", facts from calls';
const storedCall = ({ callId, facts }: FactsRow): StoredCall => ({ callId, facts: unpackFacts(facts) });

/**
 * Reads the current calls of one moment, positions first: whoever goes on from them in the log misses nothing, also
 * while the projection is swapped. In pieces, so that memory stays bounded.
 */
export async function readBoard(db: Tables, reading: ReadBoardOptions): Promise<void> {
  const { unfinishedSince, heardSince, leftWithinMs } = reading.times;
  await inTransaction(db, async (client) => {
    await client.query(
      // All rows are wanted, not the first ones soon.
      'set transaction isolation level repeatable read, read only; set local cursor_tuple_fraction = 1',
    );
    reading.onPositions(await readPositions(client));
    await fetchInChunks<FactsRow>(client, {
      text: `${selectFacts} where finished_at is null and heard_at >= $1::timestamptz or heard_at >= $2::timestamptz or call_id = any($3::text[])`,
      values: [isoTimestamp(unfinishedSince), isoTimestamp(heardSince), reading.alsoIds],
      onRows: (rows) => reading.onCalls(rows.map(storedCall)),
    });
    const partitions = [...reading.changedSince.keys()];
    const offsets = [...reading.changedSince.values()];
    await fetchInChunks<LeftCall>(client, {
      text: `
        select call_id as "callId", last_id as "lastId", finished_at is not null as "finished", ${epochMs('heard_at')} as "heardAt" from calls
        where finished_at is not null and heard_at < $2::timestamptz and heard_at >= $4::timestamptz
           or finished_at is null and heard_at < $1::timestamptz and heard_at >= $3::timestamptz
           or heard_at < $2::timestamptz and last_id >= (select min(o) * 4096 from unnest($6::bigint[]) as o)
             and last_id / 4096 >= (select o from unnest($5::int[], $6::bigint[]) as s(p, o) where p = last_id % 4096)
             and (finished_at is not null or heard_at < $1::timestamptz)`,
      values: [
        ...[isoTimestamp(unfinishedSince), isoTimestamp(heardSince)],
        ...[isoTimestamp(unfinishedSince - leftWithinMs), isoTimestamp(heardSince - leftWithinMs)],
        ...[partitions, offsets],
      ],
      onRows: reading.onLeft,
    });
  });
}

/** What the tables have of these calls. */
export async function readFacts(db: Tables, callIds: readonly string[]): Promise<StoredCall[]> {
  const { rows } = await db.query<FactsRow>({
    name: 'read-facts',
    text: `${selectFacts} where call_id = any($1::text[])`,
    values: [callIds],
  });
  return rows.map(storedCall);
}

const isoTimestamp = (at: number): string => new Date(at).toISOString();
