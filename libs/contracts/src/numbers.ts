import { presences } from '@callstream/domain';
import { z } from 'zod';

const count = z.number().int().min(0);
const ratio = z.number().min(0).max(1).nullable();
const ms = z.number().describe('ms since 1970');
const queue = z.string().describe("'' if no event named one");

/** What became of visits (a call in one queue, from the first moment that it waited there). */
export const VisitTotals = z.object({
  visits: count.describe('Calls that began to wait; without outbound and internal ones'),
  answered: count,
  answered_in_time: count.describe('Of the answered, those within service_level_seconds, inclusive'),
  abandoned: count,
  abandoned_short: count.describe('Of the abandoned, those within short_abandon_seconds: in no ratio'),
  flowed_out: count.describe('Sent on to another queue'),
  open: count.describe('None of these yet'),
  service_level: ratio.describe('answered_in_time ÷ (answered + abandoned − abandoned_short); null if nothing counts'),
  abandon_rate: ratio.describe('(abandoned − abandoned_short) ÷ the same'),
  asa_ms: z.number().min(0).nullable().describe('Average speed of answer: mean wait of the answered; null if none'),
  wait_ms_max: count.describe('Longest wait of the answered and the abandoned; 0 if none'),
});
export type VisitTotals = z.infer<typeof VisitTotals>;

/** By which thresholds totals were counted. */
const thresholds = {
  time_zone: z.string().describe('Whose days are meant'),
  service_level_seconds: z.number(),
  short_abandon_seconds: z.number(),
};

const presence = z
  .enum(presences)
  .describe('not_known: nothing was heard of the agent, or of the call they were on, for too long; in no other count');

const more = z
  .literal(true)
  .optional()
  .describe('If some are left out, in the order of names: the list would have over 2 MiB');

const QueueNow = z.object({
  waiting: count.describe('Calls that wait now'),
  longest_waiting_since: ms.nullable().describe('Since when the first of them waits; null if none does'),
  talking: count.describe('Calls that are talked on now'),
  agents: z.object({
    ...{ on_call: count, ringing: count, not_known: count },
    ...{ available: count, paused: count, logged_out: count },
  }),
  today: VisitTotals,
});

/** `WatchQueues`, and `GET /api/queues`. The longest wait is `as_of − longest_waiting_since`, and goes on by the clock. */
export const Queues = z.object({
  as_of: ms.describe('When the tables were read'),
  today: z.object({ from: z.iso.datetime(), to: z.iso.datetime() }),
  ...thresholds,
  total: QueueNow,
  queues: z.array(QueueNow.extend({ queue })),
  more,
});
export type Queues = z.infer<typeof Queues>;

const AgentNow = z.object({
  actor: z.string().describe('As the provider names them: usually an e-mail address'),
  number: z.string().nullable().describe('The extension'),
  presence: presence.describe(
    'Over all queues: the first that one of them has, in the order of on_call, ringing, not_known, logged_out, paused, available',
  ),
  since: ms,
  calls: z.array(z.string()).describe('call_ids of the calls that they are on, or that ring'),
  queues: z.array(z.object({ queue, presence, since: ms })),
});

/** `WatchAgents`, and `GET /api/agents`. */
export const Agents = z.object({ as_of: ms.describe('When the tables were read'), agents: z.array(AgentNow), more });
export type Agents = z.infer<typeof Agents>;
export type AgentNow = z.infer<typeof AgentNow>;

const totals = { total: VisitTotals, queues: z.array(VisitTotals.extend({ queue })) };

/** `GET /api/stats`: the visits that began in a period. */
export const Stats = z.object({
  from: z.iso.datetime(),
  to: z.iso.datetime().describe('Not included'),
  interval: z.string().nullable(),
  ...thresholds,
  ...totals,
  intervals: z
    .array(z.object({ begin: z.iso.datetime(), ...totals }))
    .optional()
    .describe('If an interval was asked for: each of the period, also those without a call'),
});
export type Stats = z.infer<typeof Stats>;
