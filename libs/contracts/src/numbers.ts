import { presences } from '@callstream/domain';
import type { CallDirection, callOutcomes } from '@callstream/domain';
import { z } from 'zod';
import { defined } from './defined.ts';

const count = z.number().int().min(0);
const ratio = z.number().min(0).max(1).nullable();
const ms = z.number();
const delegationOutcomes = ['failed', 'late', 'unknown'] as const;
const queue = z.string().describe("'' if no event named a queue");

const asOf = defined(ms, 'as-of');

/** Of a queue or an agent, from NAMES_FILE. */
export const knownName = z.string().optional().describe('Its name; absent if there is none');

const noDivisor = 'From 0 to 1; null if there are no such visits.';

/** Totals of queue visits. */
export const VisitTotals = z.object({
  visits: defined(count, 'visits'),
  answered: defined(count, 'answered-visits'),
  answered_in_time: defined(count, 'visits-answered-in-time'),
  abandoned: defined(count, 'abandoned-visits'),
  abandoned_short: defined(count, 'short-abandons'),
  timed_out: defined(count, 'timed-out-visits'),
  by_key: defined(count, 'visits-left-by-key'),
  full: defined(count, 'visits-refused-as-full'),
  empty: defined(count, 'visits-without-agents'),
  withdrawn: defined(count, 'withdrawn-visits'),
  flowed_out: defined(count, 'overflowed-visits'),
  open: defined(count, 'open-visits'),
  service_level: defined(ratio, 'service-level', noDivisor),
  abandon_rate: defined(ratio, 'abandon-rate', noDivisor),
  asa_ms: defined(z.number().min(0).nullable(), 'average-speed-of-answer', 'In ms; null if none was answered.'),
  wait_ms_max: defined(count, 'longest-wait-of-a-visit', 'In ms; 0 if there are none.'),
});
export type VisitTotals = z.infer<typeof VisitTotals>;

/** A count for each outcome, and one for all calls of the direction. */
type Outcomes<Direction extends CallDirection> = Record<
  (typeof callOutcomes)[Direction][number] | 'calls',
  typeof count
>;

/** Calls that began in a period, by direction and outcome; each call is in exactly one count. */
export const CallTotals = z.object({
  inbound: z.object({
    calls: defined(count, 'inbound-calls'),
    answered: defined(count, 'inbound-calls-answered'),
    answered_without_queue: defined(count, 'inbound-calls-answered-without-a-queue'),
    abandoned: defined(count, 'inbound-calls-abandoned'),
    flowed_out: defined(count, 'inbound-calls-overflowed'),
    ended_before_queue: defined(count, 'inbound-calls-ended-before-a-queue'),
    open: defined(count, 'inbound-calls-in-progress'),
    not_known: defined(count, 'inbound-calls-unknown'),
  } satisfies Outcomes<'inbound'>),
  outbound: z.object({
    calls: defined(count, 'outbound-calls'),
    connected: defined(count, 'outbound-calls-connected'),
    not_connected: defined(count, 'outbound-calls-not-connected'),
    open: defined(count, 'outbound-calls-in-progress'),
    not_known: defined(count, 'outbound-calls-unknown'),
  } satisfies Outcomes<'outbound'>),
  internal: z.object({
    calls: defined(count, 'internal-calls'),
    answered: defined(count, 'internal-calls-answered'),
    not_answered: defined(count, 'internal-calls-not-answered'),
    open: defined(count, 'internal-calls-in-progress'),
    not_known: defined(count, 'internal-calls-unknown'),
  } satisfies Outcomes<'internal'>),
});
export type CallTotals = z.infer<typeof CallTotals>;

/** Thresholds that the totals were counted with. */
const thresholds = {
  time_zone: z.string().describe('IANA time zone in which a day begins'),
  service_level_seconds: defined(z.number(), 'service-level-threshold'),
  short_abandon_seconds: defined(z.number(), 'short-abandon-threshold'),
};

const presence = z
  .enum(presences)
  .describe(
    'not_known: no event of the agent, or of the call the agent was on, for too long; such agents are in no other count. wrap_up: only with WRAP_UP_SECONDS',
  );

const since = defined(ms, 'presence-since');
const until = defined(ms.optional(), 'wrap-up-until', 'Absent unless the presence is wrap_up.');

const more = z
  .literal(true)
  .optional()
  .describe('Over HTTP: the list is cut at 2 MiB, in the order of ids. Absent if it is complete');

const QueueNow = z.object({
  waiting: defined(count, 'waiting-callers'),
  longest_waiting_since: defined(ms.nullable(), 'longest-wait', 'In ms since 1970; null if no caller waits.'),
  talking: defined(count, 'talking-callers'),
  outbound: z.object({
    waiting: defined(count, 'waiting-outbound-calls'),
    talking: defined(count, 'talking-outbound-calls'),
  }),
  internal: z.object({
    waiting: defined(count, 'waiting-internal-calls'),
    talking: defined(count, 'talking-internal-calls'),
  }),
  agents: z.object({
    on_call: defined(count, 'agents-on-a-call'),
    ringing: defined(count, 'agents-ringing'),
    not_known: defined(count, 'agents-unknown'),
    wrap_up: defined(count, 'agents-in-wrap-up'),
    available: defined(count, 'agents-available'),
    paused: defined(count, 'agents-paused'),
    logged_out: defined(count, 'agents-logged-out'),
  }),
  today: VisitTotals,
  calls_today: CallTotals.describe('Calls that began today; of a queue, those that are in it or were in it last'),
});

/** `WatchQueues`, and `GET /api/queues`. The longest wait is now − `longest_waiting_since`. */
export const Queues = z.object({
  as_of: asOf,
  today: z.object({ from: z.iso.datetime(), to: z.iso.datetime() }),
  ...thresholds,
  wrap_up_seconds: defined(z.number(), 'wrap-up-time'),
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
  since,
  until,
  calls: z.array(z.string()).describe('call_ids of the calls that the agent is on, or that ring at the agent'),
  queues: z.array(z.object({ queue, presence, since, until })),
});

/** `WatchAgents`, and `GET /api/agents`. */
export const Agents = z.object({ as_of: asOf, agents: z.array(AgentNow), more });
export type Agents = z.infer<typeof Agents>;
export type AgentNow = z.infer<typeof AgentNow>;

const namesById = z.record(z.string(), z.string());

/** `WatchNames`, and `GET /api/names`: of all queues and agents, or of those that the token may see. */
export const Names = z.object({ as_of: asOf, queues: namesById, agents: namesById });
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

const meanMs = z.number().min(0).nullable();

/** Times that agents were on calls which they entered in a period. */
const TalkTimes = z.object({
  calls: defined(count, 'times-on-calls'),
  on_call_ms: defined(count, 'talk-time', 'In ms.'),
  on_call_ms_mean: defined(meanMs, 'mean-talk-time', 'In ms; null if none has ended.'),
  on_call_ms_max: defined(count, 'longest-talk-time', 'In ms; 0 if none has ended.'),
});
export type TalkTimes = z.infer<typeof TalkTimes>;

const notOfLongPeriods = 'null with `occupancy_days_max`';

/** `GET /api/stats/agents`: the times that agents were on calls, of a period in which they entered them. */
export const AgentStats = z.object({
  from: z.iso.datetime(),
  to: z.iso.datetime().describe('Exclusive'),
  interval: z.string().nullable(),
  time_zone: thresholds.time_zone,
  total: TalkTimes,
  queues: z
    .array(TalkTimes.extend({ queue, name: knownName }))
    .describe('By the queue through which the agents got the calls'),
  intervals: z
    .array(TalkTimes.extend({ begin: z.iso.datetime() }))
    .optional()
    .describe('The intervals of the period in which agents entered calls. Only with `interval`'),
  agents: z.array(
    z.object({
      actor: z.string().describe('The agent, as the provider names it: usually an e-mail address'),
      name: knownName,
      calls: defined(count, 'agent-calls'),
      on_call_ms: defined(count, 'agent-time-on-calls', 'In ms.'),
      on_call_ms_mean: defined(meanMs, 'agent-mean-time-on-a-call', 'In ms; null if none has ended.'),
      on_call_ms_max: defined(count, 'agent-longest-time-on-a-call', 'In ms; 0 if none has ended.'),
      logged_in_ms: defined(count.nullable(), 'agent-logged-in-time', `In ms; ${notOfLongPeriods}.`),
      paused_ms: defined(count.nullable(), 'agent-paused-time', `In ms; ${notOfLongPeriods}.`),
      occupancy: defined(
        ratio,
        'occupancy',
        `From 0 to 1; null if the agent was never ready, and ${notOfLongPeriods}.`,
      ),
    }),
  ),
  occupancy_days_max: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe(
      'The period is longer than this number of days, so the times logged in and the occupancy are not counted, and agents without a call are left out. Absent in shorter ones',
    ),
  more: z.literal(true).optional().describe('There are more agents, in the order of ids. Absent if these are all'),
});
export type AgentStats = z.infer<typeof AgentStats>;

/** `GET /api/stats/delegations`: what became of our answers to `call.standby`, of a period in which their outcomes were known. */
export const DelegationStats = z.object({
  from: z.iso.datetime(),
  to: z.iso.datetime().describe('Exclusive'),
  time_zone: thresholds.time_zone,
  calls: defined(count, 'calls-delegated'),
  sent: defined(count, 'delegations-sent'),
  sent_share: defined(ratio, 'share-of-delegations-sent', 'From 0 to 1; null if there are none.'),
  failed: defined(count, 'delegations-failed'),
  late: defined(count, 'delegations-late'),
  unknown: defined(count, 'delegations-unknown'),
  latency_ms_p95: defined(z.number().min(0).nullable(), 'delegation-latency', 'In ms; null if none was sent.'),
  not_sent: z
    .array(
      z.object({
        call_id: z.string(),
        outcome: z.enum(delegationOutcomes),
        at: z.iso.datetime().describe('When the outcome was known, by the clock of the sender of the call.standby'),
      }),
    )
    .describe('The latest calls that were not sent where the rules say, the newest first'),
  more: z.literal(true).optional().describe('There are more of them. Absent if these are all'),
});
export type DelegationStats = z.infer<typeof DelegationStats>;

/** `GET /api/concurrent-calls`: how many calls went on at once, today until now. */
export const ConcurrentCalls = z.object({
  from: z.iso.datetime().describe('Beginning of today, the time of the first sample'),
  to: z.iso.datetime().describe('Now'),
  interval_seconds: defined(z.number(), 'seconds-between-samples'),
  samples: z.array(
    z.object({
      at: defined(ms, 'time-of-a-sample'),
      waiting: defined(count, 'calls-waiting-at-once'),
      talking: defined(count, 'calls-talking-at-once'),
      other: defined(count, 'other-calls-at-once'),
    }),
  ),
});
export type ConcurrentCalls = z.infer<typeof ConcurrentCalls>;
