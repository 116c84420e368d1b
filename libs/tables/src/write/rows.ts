import { factsJson } from '@callstream/domain';
import type { Call, CallEvent } from '@callstream/domain';
import { copyNull, copyText } from './row-text.ts';
import { timestamp, timestampOrNull } from './timestamp.ts';

/** COPY of events, with the columns in the order of {@link eventLine}. */
export const copyEventsSql =
  'copy events (uuid, id, call_id, type, kind, actor, queue, at, clock, received_at, body, omitted, source, source_name, facts, deliveries) from stdin';

/** A row of `events` in COPY's text format, without its last column; {@link lineEnd} completes the line. */
export function eventLine(event: CallEvent): string {
  const { uuid, id, callId, type, kind, actor, queue, at, clock, receivedAt, json, omitted, source } = event;
  // Texts of the default source are those of its JSON, which has a backslash if one of them needs escaping.
  const text = source !== null || json.includes('\\') ? copyText : unescaped;
  const textOrNull = (value: string | null): string => (value === null ? copyNull : text(value));
  const names = `${textOrNull(callId)}\t${text(type)}\t${text(kind)}\t${textOrNull(actor)}\t${textOrNull(queue)}`;
  const times = `${timestamp(at)}\t${clock === 'own' ? copyNull : clock}\t${timestamp(receivedAt)}`;
  const fields = omitted === null ? copyNull : `{${omitted.join()}}`;
  return `${uuid}\t${id}\t${names}\t${times}\t${copyText(json)}\t${fields}\t${originLine(event)}`;
}

/** The columns that are null for the default source, which nearly all events have. */
function originLine(event: CallEvent): string {
  const { source, sourceName } = event;
  if (source === null && sourceName === null) return defaultOriginLine;
  const facts = factsJson(event);
  return `${source ?? copyNull}\t${sourceName ?? copyNull}\t${facts ? copyText(JSON.stringify(facts)) : copyNull}`;
}
const defaultOriginLine = `${copyNull}\t${copyNull}\t${copyNull}`;
const unescaped = (text: string): string => text;

/** The last column of {@link eventLine}, and the end of the line. */
export const lineEnd = (deliveries: number): string => `\t${deliveries}\n`;

/** A row of `calls`; its keys are in the order of the columns. */
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

/** The row of a call's visit `n`; its keys are in the order of the columns. */
export function visitRow({ callId, direction, visits }: Call, n: number): object {
  const visit = visits[n];
  if (!visit) throw new RangeError(`The call has no visit ${n}.`);
  return {
    call_id: callId,
    n,
    queue: visit.queue,
    direction,
    waiting_at: timestamp(visit.waitingAt),
    ended_at: timestampOrNull(visit.endedAt),
    outcome: visit.outcome,
    wait_ms: visit.waitMs,
    actor: visit.actor,
  };
}

/** The row of a call's segment `n`; its keys are in the order of the columns. */
export function segmentRow({ callId, segments }: Call, n: number): object {
  const segment = segments[n];
  if (!segment) throw new RangeError(`The call has no segment ${n}.`);
  return {
    call_id: callId,
    n,
    actor: segment.actor,
    number: segment.number,
    queue: segment.queue,
    rang_at: timestampOrNull(segment.rangAt),
    rang_last_at: timestampOrNull(segment.rangLastAt),
    entered_at: timestampOrNull(segment.enteredAt),
    entered_last_at: timestampOrNull(segment.enteredLastAt),
    ended_at: timestampOrNull(segment.endedAt),
    end_reason: segment.end,
  };
}
