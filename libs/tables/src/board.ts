import type { ClientBase } from 'pg';
import type { Call, CallAgent, CallQueue } from '@callstream/domain';
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

/** A column as ms since 1970; -Infinity for `-infinity`. */
const ms = (column: string): string => `(extract(epoch from ${column}) * 1000)::float8`;
/** The same in JSON, which has no infinity: null. */
const jsonMs = (column: string): string => ms(`nullif(${column}, '-infinity')`);

interface CallColumns extends Omit<Call, 'state' | 'parties' | 'queue' | 'recording' | 'queues' | 'agents'> {
  readonly stateRank: number;
  readonly stateAt: number;
  readonly direction: string | null;
  readonly ourNumber: string | null;
  readonly theirNumber: string | null;
  readonly theirNumberType: string | null;
  readonly partiesTier: number;
  readonly partiesAt: number;
  readonly partiesRank: number;
  readonly partiesUuid: string;
  readonly queue: string | null;
  readonly queueTier: number;
  readonly queueAt: number;
  readonly queueRank: number;
  readonly queueUuid: string;
  readonly recordingUrl: string | null;
  readonly recordingAt: number;
  readonly recordingUuid: string;
  readonly queues: readonly CallQueue[] | null;
  readonly agents: readonly AgentColumns[] | null;
}

interface AgentColumns extends Omit<CallAgent, 'seat'> {
  readonly number: string | null;
  readonly queue: string | null;
  readonly seatAt: number | null;
  readonly seatRank: number;
  readonly seatUuid: string;
}

const selectCalls = `
select c.call_id as "callId", c.id, c.last_id as "lastId", ${ms('c.state_at')} as "stateAt", c.state_rank as "stateRank",
  c.direction, c.our_number as "ourNumber", c.their_number as "theirNumber", c.their_number_type as "theirNumberType",
  c.parties_tier as "partiesTier", ${ms('c.parties_at')} as "partiesAt", c.parties_rank as "partiesRank", c.parties_uuid as "partiesUuid",
  c.queue, c.queue_tier as "queueTier", ${ms('c.queue_at')} as "queueAt", c.queue_rank as "queueRank", c.queue_uuid as "queueUuid",
  c.recording_url as "recordingUrl", ${ms('c.recording_at')} as "recordingAt", c.recording_uuid as "recordingUuid", c.code,
  ${ms('c.waiting_at')} as "waitingAt", ${ms('c.waiting_since')} as "waitingSince", ${ms('c.answered_at')} as "answeredAt",
  ${ms('c.answered_last_at')} as "answeredLastAt", ${ms('c.abandoned_at')} as "abandonedAt", ${ms('c.finished_at')} as "finishedAt",
  ${ms('c.created_at')} as "createdAt", ${ms('c.updated_at')} as "updatedAt", ${ms('c.last_event_at')} as "lastEventAt",
  (select json_agg(json_build_object('queue', q.queue, 'waitingAt', ${ms('q.waiting_at')}, 'waitingSince', ${ms('q.waiting_since')},
     'answeredAt', ${ms('q.answered_at')}, 'abandonedAt', ${ms('q.abandoned_at')}) order by q.queue)
   from call_queues q where q.call_id = c.call_id) as queues,
  (select json_agg(json_build_object('actor', a.actor, 'enteredAt', ${ms('a.entered_at')}, 'enteredLastAt', ${ms('a.entered_last_at')},
     'leftLastAt', ${ms('a.left_last_at')}, 'ringingLastAt', ${ms('a.ringing_last_at')}, 'noanswerLastAt', ${ms('a.noanswer_last_at')},
     'number', a.number, 'queue', a.queue, 'seatAt', ${jsonMs('a.seat_at')}, 'seatRank', a.seat_rank, 'seatUuid', a.seat_uuid) order by a.actor)
   from call_agents a where a.call_id = c.call_id) as agents
from calls c`;

/** The tables do not keep the tier of a choice that has only one: it tells a choice from none. */
const tierAt = (at: number): number => (at === -Infinity ? -1 : 0);

function callOfColumns(row: CallColumns): Call {
  const { callId, id, lastId, code, createdAt, updatedAt, lastEventAt, direction, ourNumber, theirNumber } = row;
  const { waitingAt, waitingSince, answeredAt, answeredLastAt, abandonedAt, finishedAt, theirNumberType } = row;
  const recordingTier = tierAt(row.recordingAt);
  return {
    ...{ callId, id, lastId, code, createdAt, updatedAt, lastEventAt },
    ...{ waitingAt, waitingSince, answeredAt, answeredLastAt, abandonedAt, finishedAt },
    state: { at: row.stateAt, rank: row.stateRank },
    parties: {
      ...{ tier: row.partiesTier, at: row.partiesAt, rank: row.partiesRank, uuid: row.partiesUuid },
      ...{ direction, ourNumber, theirNumber, theirNumberType },
    },
    queue: { tier: row.queueTier, at: row.queueAt, rank: row.queueRank, uuid: row.queueUuid, value: row.queue },
    // Of its one kind of event; its rank decides nothing.
    recording: {
      ...{ tier: recordingTier, at: row.recordingAt, rank: recordingTier, uuid: row.recordingUuid },
      value: row.recordingUrl,
    },
    queues: row.queues ?? [],
    agents: (row.agents ?? []).map(agentOfColumns),
  };
}

function agentOfColumns({ number, queue, seatAt, seatRank, seatUuid, ...agent }: AgentColumns): CallAgent {
  const at = seatAt ?? -Infinity;
  return { ...agent, seat: { tier: tierAt(at), at, rank: seatRank, uuid: seatUuid, number, queue } };
}
