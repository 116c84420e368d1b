import { presences } from '@callstream/domain';
import { z } from 'zod';

const count = z.number().int().min(0);
const ratio = z.number().min(0).max(1).nullable();
const ms = z.number().describe('ms since 1970');
const queue = z.string().describe("'' if no event named a queue");

/** Totals of queue visits. */
export const VisitTotals = z.object({
  visits: count.describe('Queue visits that began; without those of outbound and internal calls'),
  answered: count,
  answered_in_time: count.describe('Answered within service_level_seconds, inclusive'),
  abandoned: count,
  abandoned_short: count.describe('Abandoned within short_abandon_seconds, inclusive; left out of both ratios'),
  flowed_out: count.describe('Overflowed: went on to another destination'),
  open: count.describe('Not ended yet'),
  service_level: ratio.describe(
    'answered_in_time ÷ (answered + abandoned − abandoned_short); null if the divisor is 0',
  ),
  abandon_rate: ratio.describe(
    '(abandoned − abandoned_short) ÷ (answered + abandoned − abandoned_short); null if the divisor is 0',
  ),
  asa_ms: z
    .number()
    .min(0)
    .nullable()
    .describe('Average speed of answer (ASA): mean wait of answered visits; null if there are none'),
  wait_ms_max: count.describe('Longest wait of answered and abandoned visits; 0 if there are none'),
});
export type VisitTotals = z.infer<typeof VisitTotals>;

/** Thresholds that the totals were counted with. */
const thresholds = {
  time_zone: z.string().describe('IANA time zone in which a day begins'),
  service_level_seconds: z.number(),
  short_abandon_seconds: z.number(),
};

const presence = z
  .enum(presences)
  .describe(
    'not_known: no event of the agent, or of the call the agent was on, for too long; such agents are in no other count',
  );

const more = z
  .literal(true)
  .optional()
  .describe('The list is cut at 2 MiB, in the order of names. Absent if it is complete');

const QueueNow = z.object({
  waiting: count.describe('Calls that are waiting now'),
  longest_waiting_since: ms.nullable().describe('When the longest current wait began; null if no call is waiting'),
  talking: count.describe('Calls that an agent is on now'),
  agents: z.object({
    on_call: count,
    ringing: count,
    not_known: count,
    available: count,
    paused: count,
    logged_out: count,
  }),
  today: VisitTotals,
});

/** `WatchQueues`, and `GET /api/queues`. The longest wait is now − `longest_waiting_since`. */
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
  actor: z.string().describe('The agent, as the provider names it: usually an e-mail address'),
  number: z.string().nullable().describe('The extension'),
  presence: presence.describe(
    'Over all queues: the first presence that one of them has, in the order on_call, ringing, not_known, logged_out, paused, available',
  ),
  since: ms,
  calls: z.array(z.string()).describe('call_ids of the calls that the agent is on, or that ring at the agent'),
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
  to: z.iso.datetime().describe('Exclusive'),
  interval: z.string().nullable(),
  ...thresholds,
  ...totals,
  intervals: z
    .array(z.object({ begin: z.iso.datetime(), ...totals }))
    .optional()
    .describe('Every interval of the period, also those without a call. Only with `interval`'),
});
export type Stats = z.infer<typeof Stats>;
