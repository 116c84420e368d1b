import type { Call, Segment, Visit } from '@callstream/domain';
import type { LiveCall } from './live-call.ts';

type LiveVisit = NonNullable<LiveCall['visits']>[number];
type LiveSegment = NonNullable<LiveCall['segments']>[number];

/** Most segments and visits of a call on the socket: a call with 20,000 agents would have 3.4 MB, for every screen and event. */
export const segmentsMax = 64;
export const visitsMax = 32;

/** The form of a call on the socket. Undefined properties are not in its JSON. */
export const liveCallOf = (call: Call): LiveCall => ({
  call_id: call.callId,
  id: call.id,
  last_id: call.lastId,
  state: call.state,
  state_at: call.stateAt,
  is_opened: call.isOpened ? undefined : false,
  began_at: call.beganAt,
  finished_at: call.finishedAt ?? undefined,
  direction: call.direction ?? undefined,
  our_number: call.ourNumber ?? undefined,
  their_number: call.theirNumber ?? undefined,
  their_number_type: call.theirNumberType ?? undefined,
  queue: call.queue ?? undefined,
  recording_url: call.recordingUrl ?? undefined,
  code: call.code ?? undefined,
  waiting_at: call.waitingAt ?? undefined,
  waiting_since: call.waitingSince ?? undefined,
  answered_at: call.answeredAt ?? undefined,
  answered_last_at: call.answeredLastAt ?? undefined,
  abandoned_at: call.abandonedAt ?? undefined,
  created_at: call.createdAt,
  updated_at: call.updatedAt,
  last_event_at: call.lastEventAt,
  delay_ms: call.delayMs === 0 ? undefined : call.delayMs,
  heard_at: call.heardAt,
  is_long: call.isLong ? true : undefined,
  visits: call.visits.length === 0 ? undefined : latest(call.visits, visitsMax).map(liveVisitOf),
  segments: call.segments.length === 0 ? undefined : latest(call.segments, segmentsMax).map(liveSegmentOf),
  more: call.visits.length > visitsMax || call.segments.length > segmentsMax ? true : undefined,
});

/** At most so many, in their order: those that have not ended, then the latest. */
function latest<T extends { readonly endedAt: number | null }>(parts: readonly T[], max: number): readonly T[] {
  if (parts.length <= max) return parts;
  const open = parts.filter(({ endedAt }) => endedAt === null).slice(-max);
  const ended = open.length === max ? [] : parts.filter(({ endedAt }) => endedAt !== null).slice(open.length - max);
  const kept = new Set([...open, ...ended]);
  return parts.filter((part) => kept.has(part));
}

const liveVisitOf = (visit: Visit): LiveVisit => ({
  queue: visit.queue,
  waiting_at: visit.waitingAt,
  ended_at: visit.endedAt ?? undefined,
  outcome: visit.outcome,
  wait_ms: visit.waitMs ?? undefined,
  actor: visit.actor ?? undefined,
});

const liveSegmentOf = (segment: Segment): LiveSegment => ({
  actor: segment.actor,
  number: segment.number ?? undefined,
  queue: segment.queue ?? undefined,
  rang_at: segment.rangAt ?? undefined,
  rang_last_at: segment.rangLastAt ?? undefined,
  entered_at: segment.enteredAt ?? undefined,
  entered_last_at: segment.enteredLastAt ?? undefined,
  ended_at: segment.endedAt ?? undefined,
  end_reason: segment.end ?? undefined,
});

/** A call as it came over the socket. */
export interface ReceivedCall extends Call {
  /** It has more visits or segments than these. */
  readonly more: boolean;
}

/** The inverse of {@link liveCallOf}, as far as it was sent. */
export const callOfLive = (live: LiveCall): ReceivedCall => ({
  callId: live.call_id,
  id: live.id,
  lastId: live.last_id,
  state: live.state,
  stateAt: live.state_at,
  isOpened: live.is_opened ?? true,
  beganAt: live.began_at,
  finishedAt: live.finished_at ?? null,
  direction: live.direction ?? null,
  ourNumber: live.our_number ?? null,
  theirNumber: live.their_number ?? null,
  theirNumberType: live.their_number_type ?? null,
  queue: live.queue ?? null,
  recordingUrl: live.recording_url ?? null,
  code: live.code ?? null,
  waitingAt: live.waiting_at ?? null,
  waitingSince: live.waiting_since ?? null,
  answeredAt: live.answered_at ?? null,
  answeredLastAt: live.answered_last_at ?? null,
  abandonedAt: live.abandoned_at ?? null,
  createdAt: live.created_at,
  updatedAt: live.updated_at,
  lastEventAt: live.last_event_at,
  delayMs: live.delay_ms ?? 0,
  heardAt: live.heard_at,
  isLong: live.is_long ?? false,
  visits: (live.visits ?? []).map((visit) => ({
    queue: visit.queue,
    waitingAt: visit.waiting_at,
    endedAt: visit.ended_at ?? null,
    outcome: visit.outcome,
    waitMs: visit.wait_ms ?? null,
    actor: visit.actor ?? null,
  })),
  segments: (live.segments ?? []).map((segment) => ({
    actor: segment.actor,
    number: segment.number ?? null,
    queue: segment.queue ?? null,
    rangAt: segment.rang_at ?? null,
    rangLastAt: segment.rang_last_at ?? null,
    enteredAt: segment.entered_at ?? null,
    enteredLastAt: segment.entered_last_at ?? null,
    endedAt: segment.ended_at ?? null,
    end: segment.end_reason ?? null,
  })),
  more: live.more ?? false,
});
