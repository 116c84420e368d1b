import type { DelegationStats } from '@callstream/contracts';
import type { VisibleTables } from '../queries/visible-tables.ts';
import { turnedAround } from './stats.ts';
import type { StatsQuery } from './stats.ts';

/** Most calls that one answer lists. */
const listedMax = 20;

/** What became of the delegations of a period; or why the period is refused. */
export async function readDelegationStats(
  tables: VisibleTables,
  { from, to, queue }: Pick<StatsQuery, 'from' | 'to' | 'queue'>,
  { timeZone, now }: { readonly timeZone: string; readonly now: number },
): Promise<DelegationStats | { readonly problem: string }> {
  const period = await tables.readPeriod({ from, to, now, timeZone });
  const problem = turnedAround(period);
  if (problem !== null) return { problem };
  const counted = await tables.countDelegations({ ...period, queues: queue ?? null, limit: listedMax });
  const { sent, failed, late, unknown, latencyMsP95, notSent } = counted;
  const calls = sent + failed + late + unknown;
  return {
    ...period,
    time_zone: timeZone,
    calls,
    sent,
    sent_share: calls === 0 ? null : sent / calls,
    failed,
    late,
    unknown,
    latency_ms_p95: latencyMsP95,
    not_sent: notSent.map(({ callId, outcome, at }) => ({ call_id: callId, outcome, at: new Date(at).toISOString() })),
    more: failed + late + unknown > notSent.length || undefined,
  };
}
