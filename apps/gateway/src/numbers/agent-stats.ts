import type { AgentStats, TalkTimes } from '@callstream/contracts';
import type { CountedTalkTimes } from '@callstream/tables';
import type { VisibleTables } from '../queries/visible-tables.ts';
import type { CountingRules } from './queue-snapshot.ts';
import { countsMax, periodProblem, tooManyCounts } from './stats.ts';
import type { StatsQuery } from './stats.ts';

/** Most agents in one answer. */
const agentsMax = 10_000;

/**
 * Longest period of which the times logged in and the occupancy are counted, in days: a month and a day. Each session and segment
 * of it is read.
 */
const occupancyDaysMax = 32;
const dayMs = 86_400_000;

/** The times of agents on calls that they entered in a period, and logged in; or why the period is refused. */
export async function readAgentStats(
  tables: VisibleTables,
  { from, to, ...query }: StatsQuery,
  { rules, now }: { readonly rules: CountingRules; readonly now: number },
): Promise<AgentStats | { readonly problem: string }> {
  const { timeZone } = rules;
  const interval = query.interval ?? null;
  const queues = query.queue ?? null;
  const period = await tables.readPeriod({ from, to, now, timeZone });
  const problem = periodProblem(period, interval);
  if (problem !== null) return { problem };
  const withOccupancy = Date.parse(period.to) - Date.parse(period.from) <= occupancyDaysMax * dayMs;
  const { talked, agents } = await tables.ofOneProjection(async (one) => ({
    talked: await one.countTalkTimes({ ...period, queues, interval, timeZone, limit: countsMax + 1 }),
    agents: await one.countAgentCalls({ ...period, queues, limit: agentsMax, rules: { ...rules, now }, withOccupancy }),
  }));
  if (talked.length > countsMax) return { problem: tooManyCounts };
  const total = talked.find((part) => part.queue === null && part.begin === null);
  return {
    ...period,
    interval,
    time_zone: timeZone,
    total: talkTimesOf(total ?? noTalkTimes),
    queues: talked.flatMap(({ queue, ...times }) => (queue === null ? [] : [{ queue, ...talkTimesOf(times) }])),
    intervals:
      interval === null
        ? undefined
        : talked.flatMap(({ begin, ...times }) => (begin === null ? [] : [{ begin, ...talkTimesOf(times) }])),
    agents: agents.rows.map(({ actor, loggedInMs, pausedMs, occupancy, ...times }) => ({
      actor,
      ...talkTimesOf(times),
      logged_in_ms: loggedInMs,
      paused_ms: pausedMs,
      occupancy,
    })),
    occupancy_days_max: withOccupancy ? undefined : occupancyDaysMax,
    more: agents.more || undefined,
  };
}

const noTalkTimes: CountedTalkTimes = { calls: 0, ended: 0, onCallMs: 0, onCallMsMax: 0 };

const talkTimesOf = ({ calls, ended, onCallMs, onCallMsMax }: CountedTalkTimes): TalkTimes => ({
  calls,
  on_call_ms: onCallMs,
  on_call_ms_mean: ended === 0 ? null : onCallMs / ended,
  on_call_ms_max: onCallMsMax,
});
