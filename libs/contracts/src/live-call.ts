import { segmentEnds, visitOutcomes } from '@callstream/domain';
import { z } from 'zod';
import { callState } from './call-state.ts';
import { segmentsMax, visitsMax } from './live-call-of.ts';

const ms = z.number().describe('ms since 1970');
const time = ms.optional();
const text = z.string().optional();

/** One queue visit of a call. Unknown fields are absent. Meanings: docs/reference/tables.md, `visits`. */
const LiveVisit = z.object({
  queue: z.string().describe("'' if no event named a queue"),
  waiting_at: ms,
  ended_at: time.describe('Absent while the caller waits'),
  outcome: z.enum(visitOutcomes),
  wait_ms: z
    .number()
    .optional()
    .describe('Wait until the end, in ms; absent if it was not let in, overflowed or is open'),
  actor: text.describe('The agent who answered'),
});

/** One segment of an agent on a call. Unknown fields are absent. Meanings: docs/reference/tables.md, `segments`. */
const LiveSegment = z.object({
  actor: z.string(),
  number: text,
  queue: text,
  rang_at: time,
  rang_last_at: time,
  entered_at: time,
  entered_last_at: time,
  ended_at: time.describe('Absent while it rings or the agent is on the call'),
  end_reason: z.enum(segmentEnds).optional(),
});

/**
 * A call on the socket. It is always complete, so a client replaces its older version: of two versions, the one with the greater
 * `last_id` is newer. Unknown fields are absent. Meanings: docs/reference/tables.md, `calls`.
 */
export const LiveCall = z.object({
  call_id: z.string(),
  id: z.number().int(),
  last_id: z.number().int(),
  state: callState,
  state_at: ms,
  is_opened: z.literal(false).optional().describe('false: no event started the call, so it is not a current call'),
  began_at: ms.describe("When the call began, by the sender's clock; timers start here"),
  finished_at: time,
  direction: text,
  our_number: text,
  their_number: text,
  their_number_type: text,
  queue: text,
  recording_url: text,
  code: text,
  waiting_at: time,
  waiting_since: time,
  answered_at: time,
  answered_last_at: time,
  abandoned_at: time,
  created_at: ms,
  updated_at: ms,
  last_event_at: ms,
  delay_ms: z
    .number()
    .optional()
    .describe("By how much the sender's clock is behind ours, in ms: durations until now end at now − delay_ms"),
  heard_at: ms,
  is_long: z.literal(true).optional().describe('The call has more events than are processed'),
  visits: z.array(LiveVisit).max(visitsMax).optional().describe('Those that have not ended, then the latest'),
  segments: z.array(LiveSegment).max(segmentsMax).optional().describe('Those that have not ended, then the latest'),
  more: z.literal(true).optional().describe('The call has more visits or segments than these'),
});
export type LiveCall = z.infer<typeof LiveCall>;
