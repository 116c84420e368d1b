import type { FactSet } from '@callstream/domain';
import { fetchInChunks } from '../connection/fetch-in-chunks.ts';
import { sqlOf } from '../connection/tables.ts';
import type { Tables } from '../connection/tables.ts';
import { inTransaction } from '../connection/transaction.ts';
import { hasLiveFactSql } from '../facts/facts-format.ts';
import { unpackFacts } from '../facts/unpack-facts.ts';
import { idOfOffsetSql, offsetOfSql, partitionOfSql } from './event-id-sql.ts';
import { epochMs, readPositions } from './positions.ts';
import type { Position } from './positions.ts';

/** A call as stored; `play` derives everything else from its facts. */
export interface StoredCall {
  readonly callId: string;
  readonly facts: FactSet;
}

/** Times in ms since 1970. */
export interface BoardTimes {
  /** Unfinished calls are current if their last event is not older. */
  readonly unfinishedSince: number;
  /** All calls, finished or not, are current if their last event is not older. */
  readonly heardSince: number;
  /** A call that was current this many ms before, and is not now, has left. */
  readonly leftWithinMs: number;
}

/** A call that has left the board: a gateway that was running at the time would have shown it until then. */
export interface LeftCall {
  readonly callId: string;
  readonly lastId: number;
  readonly finished: boolean;
  /** ms since 1970. */
  readonly heardAt: number;
}

export interface ReadBoardOptions {
  readonly times: BoardTimes;
  /** Calls to read regardless of their age. */
  readonly additionalCallIds: readonly string[];
  /** First offset by partition: every call with an event from there on is reported, as current or as having left. */
  readonly changedSince: ReadonlyMap<number, number>;
  readonly onPositions: (positions: readonly Position[]) => void;
  readonly onCalls: (calls: readonly StoredCall[]) => void;
  readonly onLeft: (calls: readonly LeftCall[]) => void;
}

interface FactsRow {
  readonly callId: string;
  /** Packed. */
  readonly facts: string;
}
/** Calls that are only imported are never on a board. */
const hasLiveFact = hasLiveFactSql('facts');
const selectFacts = 'select call_id as "callId", facts from calls';
const storedCall = ({ callId, facts }: FactsRow): StoredCall => ({ callId, facts: unpackFacts(facts) });

/**
 * Reads the current calls as of one moment, positions first: following the log from these positions misses nothing, even
 * across a swap. Reads in chunks, so that memory stays bounded.
 */
export async function readBoard(db: Tables, options: ReadBoardOptions): Promise<void> {
  const { unfinishedSince, heardSince, leftWithinMs } = options.times;
  await inTransaction(db, async (client, connection) => {
    await client.query(
      // The planner should optimise for all rows of the cursor, not for the first ones.
      'set transaction isolation level repeatable read, read only; set local cursor_tuple_fraction = 1',
    );
    options.onPositions(await readPositions(connection));
    await fetchInChunks<FactsRow>(client, {
      text: `${selectFacts} where (finished_at is null and heard_at >= $1::timestamptz or heard_at >= $2::timestamptz or call_id = any($3::text[])) and ${hasLiveFact}`,
      values: [isoTimestamp(unfinishedSince), isoTimestamp(heardSince), options.additionalCallIds],
      onRows: (rows) => options.onCalls(rows.map(storedCall)),
    });
    const partitions = [...options.changedSince.keys()];
    const offsets = [...options.changedSince.values()];
    await fetchInChunks<LeftCall>(client, {
      text: `
        select call_id as "callId", last_id as "lastId", finished_at is not null as "finished", ${epochMs('heard_at')} as "heardAt" from calls
        where ${hasLiveFact} and (finished_at is not null and heard_at < $2::timestamptz and heard_at >= $4::timestamptz
           or finished_at is null and heard_at < $1::timestamptz and heard_at >= $3::timestamptz
           or heard_at < $2::timestamptz and last_id >= (select ${idOfOffsetSql('min(o)')} from unnest($6::bigint[]) as o)
             and ${offsetOfSql('last_id')} >= (select o from unnest($5::int[], $6::bigint[]) as s(p, o) where p = ${partitionOfSql('last_id')})
             and (finished_at is not null or heard_at < $1::timestamptz))`,
      values: [
        isoTimestamp(unfinishedSince),
        isoTimestamp(heardSince),
        isoTimestamp(unfinishedSince - leftWithinMs),
        isoTimestamp(heardSince - leftWithinMs),
        partitions,
        offsets,
      ],
      onRows: options.onLeft,
    });
  });
}

/** Reads these calls; unknown ones are left out. */
export async function readFacts(db: Tables, callIds: readonly string[]): Promise<StoredCall[]> {
  const { rows } = await sqlOf(db).query<FactsRow>({
    name: 'read-facts',
    text: `${selectFacts} where call_id = any($1::text[])`,
    values: [callIds],
  });
  return rows.map(storedCall);
}

const isoTimestamp = (at: number): string => new Date(at).toISOString();
