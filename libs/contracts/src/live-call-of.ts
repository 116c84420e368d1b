import { noLatest, noParties, noSeat, noState, stateOfCall } from '@callstream/domain';
import type { Call, CallAgent, CallQueue } from '@callstream/domain';
import type { LiveCall } from './live-call.ts';

type Origin = NonNullable<LiveCall['parties_of']>;
type Choice = Pick<Call['parties'], 'tier' | 'at' | 'rank' | 'uuid'>;

/** JSON has no -Infinity: a choice that nothing was chosen for is not there. */
const originOf = ({ tier, at, rank, uuid }: Choice): Origin | undefined =>
  at === -Infinity ? undefined : [tier, at, rank, uuid];
const choiceOf = ([tier, at, rank, uuid]: Origin): Choice => ({ tier, at, rank, uuid });

/** The call as it crosses the socket. Properties that are undefined are not in its JSON. */
export const liveCallOf = (call: Call): LiveCall => ({
  call_id: call.callId,
  id: call.id,
  last_id: call.lastId,
  state: stateOfCall(call),
  state_at: call.state.rank < 0 ? undefined : call.state.at,
  state_rank: call.state.rank < 0 ? undefined : call.state.rank,
  direction: call.parties.direction ?? undefined,
  our_number: call.parties.ourNumber ?? undefined,
  their_number: call.parties.theirNumber ?? undefined,
  their_number_type: call.parties.theirNumberType ?? undefined,
  parties_of: originOf(call.parties),
  queue: call.queue.value ?? undefined,
  queue_of: originOf(call.queue),
  recording_url: call.recording.value ?? undefined,
  recording_of: originOf(call.recording),
  code: call.code ?? undefined,
  waiting_at: call.waitingAt ?? undefined,
  waiting_since: call.waitingSince ?? undefined,
  answered_at: call.answeredAt ?? undefined,
  answered_last_at: call.answeredLastAt ?? undefined,
  abandoned_at: call.abandonedAt ?? undefined,
  finished_at: call.finishedAt ?? undefined,
  created_at: call.createdAt,
  updated_at: call.updatedAt,
  last_event_at: call.lastEventAt,
  queues: call.queues.length === 0 ? undefined : call.queues.map(liveQueueOf),
  agents: call.agents.length === 0 ? undefined : call.agents.map(liveAgentOf),
});

const liveQueueOf = (row: CallQueue): NonNullable<LiveCall['queues']>[number] => ({
  queue: row.queue,
  waiting_at: row.waitingAt ?? undefined,
  waiting_since: row.waitingSince ?? undefined,
  answered_at: row.answeredAt ?? undefined,
  abandoned_at: row.abandonedAt ?? undefined,
});

const liveAgentOf = (row: CallAgent): NonNullable<LiveCall['agents']>[number] => ({
  actor: row.actor,
  entered_at: row.enteredAt ?? undefined,
  entered_last_at: row.enteredLastAt ?? undefined,
  left_last_at: row.leftLastAt ?? undefined,
  ringing_last_at: row.ringingLastAt ?? undefined,
  noanswer_last_at: row.noanswerLastAt ?? undefined,
  number: row.seat.number ?? undefined,
  queue: row.seat.queue ?? undefined,
  seat_of: originOf(row.seat),
});

/** What {@link liveCallOf} was made of, to be joined with what is held. */
export const callOfLive = (live: LiveCall): Call => ({
  callId: live.call_id,
  id: live.id,
  lastId: live.last_id,
  state:
    live.state_at === undefined || live.state_rank === undefined
      ? noState
      : { at: live.state_at, rank: live.state_rank },
  parties: live.parties_of
    ? {
        ...choiceOf(live.parties_of),
        direction: live.direction ?? null,
        ourNumber: live.our_number ?? null,
        theirNumber: live.their_number ?? null,
        theirNumberType: live.their_number_type ?? null,
      }
    : noParties,
  queue: live.queue_of ? { ...choiceOf(live.queue_of), value: live.queue ?? null } : noLatest,
  recording: live.recording_of ? { ...choiceOf(live.recording_of), value: live.recording_url ?? null } : noLatest,
  code: live.code ?? null,
  waitingAt: live.waiting_at ?? null,
  waitingSince: live.waiting_since ?? null,
  answeredAt: live.answered_at ?? null,
  answeredLastAt: live.answered_last_at ?? null,
  abandonedAt: live.abandoned_at ?? null,
  finishedAt: live.finished_at ?? null,
  createdAt: live.created_at,
  updatedAt: live.updated_at,
  lastEventAt: live.last_event_at,
  queues: (live.queues ?? []).map((row) => ({
    queue: row.queue,
    waitingAt: row.waiting_at ?? null,
    waitingSince: row.waiting_since ?? null,
    answeredAt: row.answered_at ?? null,
    abandonedAt: row.abandoned_at ?? null,
  })),
  agents: (live.agents ?? []).map((row) => ({
    actor: row.actor,
    enteredAt: row.entered_at ?? null,
    enteredLastAt: row.entered_last_at ?? null,
    leftLastAt: row.left_last_at ?? null,
    ringingLastAt: row.ringing_last_at ?? null,
    noanswerLastAt: row.noanswer_last_at ?? null,
    seat: row.seat_of ? { ...choiceOf(row.seat_of), number: row.number ?? null, queue: row.queue ?? null } : noSeat,
  })),
});
