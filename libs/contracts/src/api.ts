import { z } from 'zod';
import { callState } from './call-state.ts';
import { identifier } from './identifier.ts';
import { ListedCall, ListedEvent, more } from './listed.ts';

/** A parameter of an address that may be there several times, or have several values with commas in between. */
const several = <Item extends z.ZodType>(item: Item, max: number) =>
  z
    .preprocess(
      (given) =>
        given === undefined
          ? undefined
          : [given].flat().flatMap((part) => (typeof part === 'string' ? part.split(',') : [part])),
      z.array(item).min(1).max(max).optional(),
    )
    .meta({ type: 'array', items: itemsOf(item) });

function itemsOf(item: z.ZodType): object {
  const { $schema: _, ...schema } = z.toJSONSchema(item, { io: 'input' });
  return schema;
}

const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,16}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max));

/** RFC 3339, or a day: its first moment in the time zone. */
const moment = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()])
  .refine((text) => text >= '2000' && text < '2100', 'must be in the years 2000 to 2099')
  .describe('RFC 3339, as 2026-03-02T13:00:00Z; or a day, as 2026-03-02: its first moment in TIME_ZONE');

const queues = several(identifier, 100).describe('Queues, with commas in between');
const rowsMax = 1_000;
/** A page: where it begins, and how many it has at most. It has fewer if they are large. */
const page = (limit: number) => ({
  before: whole(0, Number.MAX_SAFE_INTEGER).optional().describe('`next` of the page before'),
  limit: whole(1, rowsMax).default(limit).describe(`1 to ${rowsMax}`),
});
const next = z.number().int().nullable().describe('`before` of the next page; null: there is none');

/** `GET /api/calls` */
export const FindCalls = z.strictObject({
  state: several(callState, 5).describe('States, with commas in between'),
  queue: queues,
  direction: identifier.optional(),
  call_id: identifier.optional(),
  number: z
    .string()
    .regex(/^[+ ]?\d{3,32}$/, 'must be 3 to 32 digits')
    .transform((text) => text.replace(/^[+ ]/, ''))
    .optional()
    .describe("Calls whose other party's number ends in these digits; for whom numbers are masked, at most four"),
  our_number: identifier.optional(),
  from: moment.optional().describe('Only calls of which the first event came at this time or later'),
  to: moment.optional().describe('Only calls of which the first event came before'),
  ...page(100),
});
export type FindCalls = z.infer<typeof FindCalls>;

const time = z.iso.datetime().nullable();

/** A call; times are ISO 8601, null if not known. */
export const FoundCall = ListedCall.extend({
  direction: z.string().nullable(),
  our_number: z.string().nullable(),
  their_number: z.string().nullable(),
  queue: z.string().nullable().describe('Where it is, or was last'),
  code: z.string().nullable(),
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
      waiting_at: z.iso.datetime(),
      outcome: z.enum(['answered', 'abandoned', 'flowed_out', 'open']),
      wait_ms: z.number().int().nullable(),
    }),
  ),
  agents: z.array(
    z.object({
      actor: z.string(),
      number: z.string().nullable(),
      queue: z.string().nullable(),
      entered_at: time,
      left_at: time,
    }),
  ),
  more: more.describe('There are more visits or agents than are told'),
});

/** `GET /api/calls/{call_id}/events` */
export const FindEvents = z.strictObject(page(rowsMax));

export const FoundEvents = z.object({
  events: z.array(ListedEvent).describe('The newest that are before `before`, in the order of the log'),
  next,
});

/** `GET /api/queues` */
export const FindQueues = z.strictObject({});

/** `GET /api/agents` */
export const FindAgents = z.strictObject({ queue: queues });

const seconds = z
  .string()
  .regex(/^\d{1,5}(\.\d{1,3})?$/, 'must be seconds')
  .transform(Number);

/** `GET /api/stats` */
export const FindStats = z.strictObject({
  from: moment.optional().describe("The period's first moment; today's if not given"),
  to: moment.optional().describe("The period's end; tomorrow's first moment if not given"),
  interval: z.enum(['5m', '15m', '30m', 'hour', 'day', 'week', 'month']).optional(),
  queue: queues,
  threshold: seconds.optional().describe('Seconds in which an answer is in time; SERVICE_LEVEL_SECONDS if not given'),
});
