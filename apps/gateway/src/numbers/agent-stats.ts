import type { AgentStats } from '@callstream/contracts';
import type { VisibleTables } from '../queries/visible-tables.ts';
import type { CountingRules } from './queue-snapshot.ts';
import { turnedAround } from './stats.ts';
import type { StatsQuery } from './stats.ts';

/** Most agents in one answer. */
const agentsMax = 10_000;

/** The times of agents on calls that they entered in a period, and logged in; or why the period is refused. */
export async function readAgentStats(
  tables: VisibleTables,
  { from, to, queue }: Pick<StatsQuery, 'from' | 'to' | 'queue'>,
  { rules, now }: { readonly rules: CountingRules; readonly now: number },
): Promise<AgentStats | { readonly problem: string }> {
  const { timeZone } = rules;
  const period = await tables.readPeriod({ from, to, now, timeZone });
  const problem = turnedAround(period);
  if (problem !== null) return { problem };
  const { rows, more } = await tables.countAgentCalls({
    ...period,
    queues: queue ?? null,
    limit: agentsMax,
    rules: { ...rules, now },
  });
  const agents = rows.map(({ actor, calls, ended, onCallMs, onCallMsMax, loggedInMs, pausedMs, occupancy }) => ({
    actor,
    calls,
    on_call_ms: onCallMs,
    on_call_ms_mean: ended === 0 ? null : onCallMs / ended,
    on_call_ms_max: onCallMsMax,
    logged_in_ms: loggedInMs,
    paused_ms: pausedMs,
    occupancy,
  }));
  return { ...period, time_zone: timeZone, agents, more: more || undefined };
}
