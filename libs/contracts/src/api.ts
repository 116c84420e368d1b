import { kinds, visitOutcomes } from '@callstream/domain';
import { z } from 'zod';
import { callState } from './call-state.ts';
import { identifier } from './identifier.ts';
import { ListedCall, ListedEvent, more } from './listed.ts';
import { knownName } from './numbers.ts';
import { listOf, moment, queues, secondsText, wholeNumber } from './parameters.ts';

const rowsMax = 1_000;
/** A page of rows: where it begins, and how many rows it has at most. It has fewer if the rows are large. */
const page = (defaultLimit: number) => ({
  before: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional().describe('`next` of the previous page'),
  limit: wholeNumber(1, rowsMax).default(defaultLimit).describe(`1 to ${rowsMax}`),
});
const next = z.number().int().nullable().describe('`before` of the next page; null: this is the last one');

/** `GET /api/calls` */
export const FindCalls = z.strictObject({
  state: listOf(callState, 5).describe('States, separated by commas'),
  queue: queues,
  direction: identifier.optional(),
  call_id: identifier.optional(),
  number: z
    .string()
    .regex(/^[+ ]?\d{3,32}$/, 'must be 3 to 32 digits')
    .transform((text) => text.replace(/^[+ ]/, ''))
    .optional()
    .describe("Calls whose other party's number ends in these digits; at most four digits if the token masks numbers"),
  our_number: identifier.optional(),
  from: moment.optional().describe('Only calls whose first event was received at this time or later'),
  to: moment.optional().describe('Only calls whose first event was received before this time'),
  ...page(100),
});
export type FindCalls = z.infer<typeof FindCalls>;

const time = z.iso.datetime().nullable();

/** A call in the result of a search. Times are ISO 8601; null: not known. */
export const FoundCall = ListedCall.extend({
  direction: z.string().nullable(),
  our_number: z.string().nullable(),
  their_number: z.string().nullable(),
  queue: z.string().nullable().describe('The current queue, or the last one'),
  queue_name: knownName,
  code: z.string().nullable(),
  began_at: z.iso
    .datetime()
    .describe('Own time of the first event; of a call that came back, of the first after its end'),
  duration_ms: z
    .number()
    .int()
    .min(0)
    .describe("From began_at to the end; while the call goes on, until now by its sender's clock"),
  waiting_at: time,
  answered_at: time,
  abandoned_at: time,
  finished_at: time,
  recording_url: z.string().nullable(),
});

export const FoundCalls = z.object({
  calls: z.array(FoundCall).describe('The newest first'),
  next,
});
export type FoundCalls = z.infer<typeof FoundCalls>;

/** `GET /api/calls/{call_id}` */
export const WholeCall = FoundCall.extend({
  visits: z.array(
    z.object({
      queue: z.string(),
      queue_name: knownName,
      actor_name: knownName.describe('Of the agent who answered; absent if there is none'),
      waiting_at: z.iso.datetime(),
      outcome: z.enum(visitOutcomes),
      wait_ms: z.number().int().nullable(),
    }),
  ),
  agents: z.array(
    z.object({
      actor: z.string(),
      actor_name: knownName,
      number: z.string().nullable(),
      queue: z.string().nullable(),
      queue_name: knownName,
      entered_at: time,
      left_at: time,
    }),
  ),
  more: more.describe('There are more visits or agents than are listed'),
});

/** `GET /api/calls/{call_id}/events` */
export const FindEvents = z.strictObject(page(rowsMax));

export const FoundEvents = z.object({
  events: z.array(ListedEvent).describe('The newest events before `before`, in log order'),
  next,
});

/** `GET /api/queues` */
export const FindQueues = z.strictObject({});

/** `GET /api/agents` */
export const FindAgents = z.strictObject({ queue: queues });

/** `GET /api/concurrent-calls` */
export const FindConcurrentCalls = z.strictObject({ queue: queues });

/** `GET /api/names` */
export const FindNames = z.strictObject({});

/** `GET /api/unknown-types` */
export const FindUnknownTypes = z.strictObject({});

export const UnknownTypes = z.object({
  from: z.iso.datetime().describe('Begin of the period, which ends now'),
  types: z
    .array(
      z.object({
        type: z.string().describe('As sent'),
        events: z.number().int().min(1).describe('Each once, however often it was delivered'),
        last_seen_at: z.iso.datetime().describe('Latest of their times'),
        similar_to: z
          .enum(kinds)
          .nullable()
          .describe('The documented type that was probably meant; null: none is similar'),
      }),
    )
    .describe('The most frequent first; none for a token that hides queues or numbers'),
  more: more.describe('There are, or may be, more types. Absent if these are all'),
});
export type UnknownTypes = z.infer<typeof UnknownTypes>;

/** `GET /api/stats` */
export const FindStats = z.strictObject({
  from: moment.optional().describe('Begin of the period, inclusive; default: the first moment of today'),
  to: moment.optional().describe('End of the period, exclusive; default: the first moment of tomorrow'),
  interval: z.enum(['5m', '15m', '30m', 'hour', 'day', 'week', 'month']).optional(),
  queue: queues,
  threshold: secondsText.optional().describe('Service level threshold in seconds; default: SERVICE_LEVEL_SECONDS'),
});

/** `GET /api/stats/agents` */
export const FindAgentStats = FindStats.pick({ from: true, to: true, queue: true, interval: true });

/** `GET /api/stats/delegations` */
export const FindDelegationStats = FindStats.pick({ from: true, to: true, queue: true });
