import type { Agent, Call, CallEvent } from '@callstream/domain';
import { stateOfCall } from '@callstream/domain';
import { copyText, copyNull } from './row-text.ts';
import { time, timeOrNull } from './time-text.ts';

/** COPY of lines of events: its columns are in the order of {@link eventLine}. */
export const copyOfEvents = (table: 'events' | 'events_again'): string =>
  `copy ${table} (uuid, id, call_id, type, kind, at, received_at, body, omitted, deliveries) from stdin`;

/** One row of `events` as a line of COPY's text format, but for its end. */
export function eventLine({ uuid, id, callId, type, kind, at, receivedAt, json, omitted }: CallEvent): string {
  // What JSON says without a backslash has none, and no control characters.
  const text = json.includes('\\') ? copyText : asItIs;
  const call = callId === null ? copyNull : text(callId);
  const fields = omitted === null ? copyNull : `{${omitted.join()}}`;
  return `${uuid}\t${id}\t${call}\t${text(type)}\t${text(kind)}\t${time(at)}\t${time(receivedAt)}\t${copyText(json)}\t${fields}`;
}
const asItIs = (text: string): string => text;

/** The end of the line: how many records are the event. */
export const lineEnd = (deliveries: number): string => `\t${deliveries}\n`;

/** A row of `calls`, in the order of its columns. */
export const callRow = (call: Call): object => ({
  call_id: call.callId,
  id: call.id,
  last_id: call.lastId,
  state: stateOfCall(call),
  state_at: time(call.state.at),
  state_rank: call.state.rank,
  direction: call.parties.direction,
  our_number: call.parties.ourNumber,
  their_number: call.parties.theirNumber,
  their_number_type: call.parties.theirNumberType,
  parties_tier: call.parties.tier,
  parties_at: time(call.parties.at),
  parties_rank: call.parties.rank,
  parties_uuid: call.parties.uuid,
  queue: call.queue.value,
  queue_tier: call.queue.tier,
  queue_at: time(call.queue.at),
  queue_rank: call.queue.rank,
  queue_uuid: call.queue.uuid,
  recording_url: call.recording.value,
  recording_at: time(call.recording.at),
  recording_uuid: call.recording.uuid,
  code: call.code,
  waiting_at: timeOrNull(call.waitingAt),
  waiting_since: timeOrNull(call.waitingSince),
  answered_at: timeOrNull(call.answeredAt),
  answered_last_at: timeOrNull(call.answeredLastAt),
  abandoned_at: timeOrNull(call.abandonedAt),
  finished_at: timeOrNull(call.finishedAt),
  created_at: time(call.createdAt),
  updated_at: time(call.updatedAt),
  last_event_at: time(call.lastEventAt),
});

export const callQueueRows = (call: Call): object[] =>
  call.queues.map((row) => ({
    call_id: call.callId,
    queue: row.queue,
    waiting_at: timeOrNull(row.waitingAt),
    waiting_since: timeOrNull(row.waitingSince),
    answered_at: timeOrNull(row.answeredAt),
    abandoned_at: timeOrNull(row.abandonedAt),
  }));

export const callAgentRows = (call: Call): object[] =>
  call.agents.map((row) => ({
    call_id: call.callId,
    actor: row.actor,
    entered_at: timeOrNull(row.enteredAt),
    entered_last_at: timeOrNull(row.enteredLastAt),
    left_last_at: timeOrNull(row.leftLastAt),
    ringing_last_at: timeOrNull(row.ringingLastAt),
    noanswer_last_at: timeOrNull(row.noanswerLastAt),
    number: row.seat.number,
    queue: row.seat.queue,
    seat_at: time(row.seat.at),
    seat_rank: row.seat.rank,
    seat_uuid: row.seat.uuid,
  }));

export const agentRow = (agent: Agent): object => ({
  actor: agent.actor,
  queue: agent.queue,
  logged_in_at: timeOrNull(agent.loggedInAt),
  logged_out_at: timeOrNull(agent.loggedOutAt),
  paused_at: timeOrNull(agent.pausedAt),
  unpaused_at: timeOrNull(agent.unpausedAt),
  last_seen_at: time(agent.lastSeenAt),
  number: agent.number.value,
  number_at: time(agent.number.at),
  number_rank: agent.number.rank,
  number_uuid: agent.number.uuid,
});
