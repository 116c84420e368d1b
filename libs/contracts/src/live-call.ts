import { z } from 'zod';
import { callState } from './call-state.ts';

const ms = z.number().describe('ms since 1970');
const time = ms.optional();
const text = z.string().optional();
/** Where a chosen value comes from: tier, ms since 1970, rank, uuid of the event. What calls are joined by. */
const origin = z.tuple([z.number(), z.number(), z.number(), z.string()]).optional();

/** A call in one queue; what is not known is not there. */
const LiveQueue = z.object({
  queue: z.string(),
  waiting_at: time,
  waiting_since: time,
  answered_at: time,
  abandoned_at: time,
});

/** An agent on a call; what is not known is not there. */
const LiveAgent = z.object({
  actor: z.string(),
  entered_at: time,
  entered_last_at: time,
  left_last_at: time,
  ringing_last_at: time,
  noanswer_last_at: time,
  number: text,
  queue: text,
  seat_of: origin,
});

/**
 * Everything that is known of a call, as it crosses the socket: always whole, so that a client without a join may
 * replace what it holds by the newer. What is not known is not there. Meanings: docs/reference/tables.md, `calls`.
 */
export const LiveCall = z.object({
  call_id: z.string(),
  id: z.number().int(),
  last_id: z.number().int(),
  state: callState,
  state_at: time,
  /** Not there if no event said a state: `state` is NEW then. */
  state_rank: z.number().int().optional(),
  direction: text,
  our_number: text,
  their_number: text,
  their_number_type: text,
  parties_of: origin,
  queue: text,
  queue_of: origin,
  recording_url: text,
  recording_of: origin,
  code: text,
  waiting_at: time,
  waiting_since: time,
  answered_at: time,
  answered_last_at: time,
  abandoned_at: time,
  finished_at: time,
  created_at: ms,
  updated_at: ms,
  last_event_at: ms,
  queues: z.array(LiveQueue).optional(),
  agents: z.array(LiveAgent).optional(),
});
export type LiveCall = z.infer<typeof LiveCall>;
