import type { Call, CallAgent, CallQueue } from '@callstream/domain';

/** A column as ms since 1970; -Infinity for `-infinity`. */
export const ms = (column: string): string => `(extract(epoch from ${column}) * 1000)::float8`;
/** The same in JSON, which has no infinity: null. */
const jsonMs = (column: string): string => ms(`nullif(${column}, '-infinity')`);

/** A row of {@link selectCalls}. */
export interface CallColumns extends Omit<Call, 'state' | 'parties' | 'queue' | 'recording' | 'queues' | 'agents'> {
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

/** Everything that the tables have of calls, with queues and agents; a condition on `c` goes behind it. */
export const selectCalls = `
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

export function callOfColumns(row: CallColumns): Call {
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
