import type { Call, CallEvent } from '@callstream/domain';
import { copyNull, copyText } from './row-text.ts';
import { timestamp, timestampOrNull } from './timestamp.ts';

/** COPY of lines of events: its columns are in the order of {@link eventLine}. */
export const copyEventsSql = (table: 'events' | 'events_again'): string =>
  `copy ${table} (uuid, id, call_id, type, kind, actor, queue, at, clock, received_at, body, omitted, deliveries) from stdin`;

/** One row of `events` as a line of COPY's text format, but for its end. */
export function eventLine(event: CallEvent): string {
  const { uuid, id, callId, type, kind, actor, queue, at, clock, receivedAt, json, omitted } = event;
  // What JSON says without a backslash has none, and no control characters.
  const text = json.includes('\\') ? copyText : asItIs;
  const textOrNull = (value: string | null): string => (value === null ? copyNull : text(value));
  const names = `${textOrNull(callId)}\t${text(type)}\t${text(kind)}\t${textOrNull(actor)}\t${textOrNull(queue)}`;
  const times = `${timestamp(at)}\t${clock === 'own' ? copyNull : clock}\t${timestamp(receivedAt)}`;
  const fields = omitted === null ? copyNull : `{${omitted.join()}}`;
  return `${uuid}\t${id}\t${names}\t${times}\t${copyText(json)}\t${fields}`;
}
const asItIs = (text: string): string => text;

/** The end of the line: how many records are the event. */
export const lineEnd = (deliveries: number): string => `\t${deliveries}\n`;

/** A row of `calls`, in the order of its columns. */
export const callRow = (call: Call, packedFacts: string): object => ({
  call_id: call.callId,
  id: call.id,
  last_id: call.lastId,
  state: call.state,
  state_at: timestamp(call.stateAt),
  is_opened: call.isOpened,
  began_at: timestamp(call.beganAt),
  finished_at: timestampOrNull(call.finishedAt),
  direction: call.direction,
  our_number: call.ourNumber,
  their_number: call.theirNumber,
  their_number_type: call.theirNumberType,
  queue: call.queue,
  recording_url: call.recordingUrl,
  code: call.code,
  waiting_at: timestampOrNull(call.waitingAt),
  waiting_since: timestampOrNull(call.waitingSince),
  answered_at: timestampOrNull(call.answeredAt),
  answered_last_at: timestampOrNull(call.answeredLastAt),
  abandoned_at: timestampOrNull(call.abandonedAt),
  created_at: timestamp(call.createdAt),
  updated_at: timestamp(call.updatedAt),
  last_event_at: timestamp(call.lastEventAt),
  heard_at: timestamp(call.heardAt),
  delay_ms: call.delayMs,
  is_long: call.isLong,
  facts: packedFacts,
});

/** The row of `visits` of one of a call's visits, in the order of the columns. */
export function visitRow({ callId, direction, visits }: Call, n: number): object {
  const visit = visits[n];
  if (!visit) throw new RangeError(`There is no visit ${n}.`);
  return {
    ...{ call_id: callId, n, queue: visit.queue, direction, waiting_at: timestamp(visit.waitingAt) },
    ...{ ended_at: timestampOrNull(visit.endedAt), outcome: visit.outcome, wait_ms: visit.waitMs, actor: visit.actor },
  };
}

/** The row of `segments` of one of a call's segments, in the order of the columns. */
export function segmentRow({ callId, segments }: Call, n: number): object {
  const segment = segments[n];
  if (!segment) throw new RangeError(`There is no segment ${n}.`);
  return {
    ...{ call_id: callId, n, actor: segment.actor, number: segment.number, queue: segment.queue },
    ...{ rang_at: timestampOrNull(segment.rangAt), rang_last_at: timestampOrNull(segment.rangLastAt) },
    ...{ entered_at: timestampOrNull(segment.enteredAt), entered_last_at: timestampOrNull(segment.enteredLastAt) },
    ...{ ended_at: timestampOrNull(segment.endedAt), end_reason: segment.end },
  };
}
