import { callOutcomes, presences } from '@callstream/domain';
import { z } from 'zod';

const count = z.number().int().min(0);
const ratio = z.number().min(0).max(1).nullable();
const ms = z.number().describe('ms since 1970');
const queue = z.string().describe("'' if no event named a queue");

/** Of a queue or an agent, from NAMES_FILE. */
export const knownName = z.string().optional().describe('Its name; absent if there is none');

/** Totals of queue visits. */
export const VisitTotals = z.object({
  visits: count.describe('Queue visits that began; without those of outbound and internal calls'),
  answered: count,
  answered_in_time: count.describe('Answered within service_level_seconds, inclusive'),
  abandoned: count,
  abandoned_short: count.describe('Abandoned within short_abandon_seconds, inclusive; left out of both ratios'),
  timed_out: count.describe('The wait was too long for the queue'),
  by_key: count.describe('The caller pressed a key to leave the queue'),
  full: count.describe('Not let in, because too many callers waited'),
  empty: count.describe('Not let in, or sent out, because no agent was there'),
  withdrawn: count.describe('Taken out of the queue by an operator or a program'),
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

const outcome = {
  answered: 'Answered after waiting in a queue',
  answered_without_queue: 'Answered without a queue',
  abandoned: 'The caller left a queue, or hung up in it',
  flowed_out: 'Left its queues otherwise, or was not let in, and ended unanswered',
  ended_before_queue: 'Ended unanswered, without a queue',
  connected: 'Answered',
  not_connected: 'Ended unanswered',
  not_answered: 'Ended unanswered',
  open: 'Not decided yet',
  not_known: 'Not finished, and without an event for STALE_AFTER_MINUTES',
} as const;

const countsOf = <Outcome extends keyof typeof outcome>(outcomes: readonly Outcome[]) =>
  z.object({
    calls: count.describe('Sum of the others'),
    ...(Object.fromEntries(outcomes.map((name) => [name, count.describe(outcome[name])])) as Record<
      Outcome,
      typeof count
    >),
  });

/** Calls that began in a period, by direction and outcome; each call is in exactly one count. */
export const CallTotals = z.object({
  inbound: countsOf(callOutcomes.inbound).describe('Also calls of an unknown direction'),
  outbound: countsOf(callOutcomes.outbound),
  internal: countsOf(callOutcomes.internal),
});
export type CallTotals = z.infer<typeof CallTotals>;

/** Thresholds that the totals were counted with. */
const thresholds = {
  time_zone: z.string().describe('IANA time zone in which a day begins'),
  service_level_seconds: z.number(),
  short_abandon_seconds: z.number(),
};

const presence = z
  .enum(presences)
  .describe(
    'not_known: no event of the agent, or of the call the agent was on, for too long; such agents are in no other count. wrap_up: only with WRAP_UP_SECONDS',
  );

const wrapUpEnd = z
  .number()
  .optional()
  .describe('ms since 1970: when wrap_up ends unless an event comes first. Absent for other presences');

const more = z
  .literal(true)
  .optional()
  .describe('Over HTTP: the list is cut at 2 MiB, in the order of ids. Absent if it is complete');

const liveCalls = z.object({ waiting: count, talking: count });

const QueueNow = z.object({
  waiting: count.describe('Callers who wait now: without outbound and internal calls'),
  longest_waiting_since: ms
    .nullable()
    .describe('When the longest current wait of a caller began; null if no caller is waiting'),
  talking: count.describe('Calls of callers that are answered now: without outbound and internal calls'),
  outbound: liveCalls.describe('Outbound calls that wait in a queue, or are talked on, now'),
  internal: liveCalls.describe('The same of internal calls'),
  agents: z.object({
    on_call: count,
    ringing: count,
    not_known: count,
    wrap_up: count,
    available: count,
    paused: count,
    logged_out: count,
  }),
  today: VisitTotals,
  calls_today: CallTotals.describe('Calls that began today; of a queue, those that are in it or were in it last'),
});

/** `WatchQueues`, and `GET /api/queues`. The longest wait is now − `longest_waiting_since`. */
export const Queues = z.object({
  as_of: ms.describe('When the tables were read'),
  today: z.object({ from: z.iso.datetime(), to: z.iso.datetime() }),
  ...thresholds,
  wrap_up_seconds: z.number(),
  total: QueueNow,
  queues: z.array(QueueNow.extend({ queue, name: knownName })),
  more,
});
export type Queues = z.infer<typeof Queues>;

const AgentNow = z.object({
  actor: z.string().describe('The agent, as the provider names it: usually an e-mail address'),
  name: knownName,
  number: z.string().nullable().describe('The extension'),
  presence: presence.describe(
    `Over all queues: the first presence that one of them has, in the order ${presences.join(', ')}`,
  ),
  since: ms,
  until: wrapUpEnd,
  calls: z.array(z.string()).describe('call_ids of the calls that the agent is on, or that ring at the agent'),
  queues: z.array(z.object({ queue, presence, since: ms, until: wrapUpEnd })),
});

/** `WatchAgents`, and `GET /api/agents`. */
export const Agents = z.object({ as_of: ms.describe('When the tables were read'), agents: z.array(AgentNow), more });
export type Agents = z.infer<typeof Agents>;
export type AgentNow = z.infer<typeof AgentNow>;

const namesById = z.record(z.string(), z.string());

/** `WatchNames`, and `GET /api/names`: of all queues and agents, or of those that the token may see. */
export const Names = z.object({ as_of: ms, queues: namesById, agents: namesById });
export type Names = z.infer<typeof Names>;

const QueueTotals = VisitTotals.extend({ queue });
const totals = {
  total: VisitTotals,
  queues: z.array(QueueTotals),
  calls: CallTotals.describe('Calls that began, of all the queues together'),
};

/** `GET /api/stats`: the visits and the calls that began in a period. */
export const Stats = z.object({
  from: z.iso.datetime(),
  to: z.iso.datetime().describe('Exclusive'),
  interval: z.string().nullable(),
  ...thresholds,
  total: VisitTotals,
  queues: z.array(QueueTotals.extend({ name: knownName })),
  calls: totals.calls,
  intervals: z
    .array(z.object({ begin: z.iso.datetime(), ...totals }))
    .optional()
    .describe('Every interval of the period, also those without a call. Only with `interval`'),
});
export type Stats = z.infer<typeof Stats>;

/** `GET /api/concurrent-calls`: how many calls went on at once, today until now. */
export const ConcurrentCalls = z.object({
  from: z.iso.datetime().describe('Beginning of today, the time of the first sample'),
  to: z.iso.datetime().describe('Now'),
  interval_seconds: z.number(),
  samples: z.array(
    z.object({
      at: ms,
      waiting: count.describe('Calls in a queue'),
      talking: count.describe('Calls that were answered before, and in no queue'),
      other: count.describe('Calls that were neither answered nor in a queue, e.g. in a menu'),
    }),
  ),
});
export type ConcurrentCalls = z.infer<typeof ConcurrentCalls>;
