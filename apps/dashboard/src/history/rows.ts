import type { AgentStats, Stats } from '@callstream/contracts';
import type { ReactNode } from 'react';
import type { TotalsRow } from './totals-table.tsx';

interface RowsOptions {
  readonly stats: Stats;
  /** The same period by the second threshold; null: there is none, or it is not there yet. */
  readonly second: Stats | null;
  /** Talk times of the same period; null: not there yet. */
  readonly agentStats: AgentStats | null;
  /** The queue that is shown; null: all queues. */
  readonly queue: string | null;
}

interface IntervalRow extends TotalsRow {
  readonly name: string;
}

/** A row for each interval of the period. */
export function intervalRows({
  stats,
  second,
  agentStats,
  queue,
  labelOf,
}: RowsOptions & { readonly labelOf: (begin: number) => string }): readonly IntervalRow[] {
  const intervals = stats.intervals ?? [];
  // Joined by their beginnings: between two answers an interval may have begun.
  const secondOf = new Map(second?.intervals?.map((interval) => [interval.begin, interval.total]));
  const talkOf = new Map(agentStats?.intervals?.map((interval) => [interval.begin, interval]));
  return intervals.map(({ begin, total }, i) => {
    const name = labelOf(Date.parse(begin));
    // The first interval may begin before the period, as weeks do.
    const part = { begin: begin > stats.from ? begin : stats.from, end: intervals[i + 1]?.begin ?? stats.to };
    const [totals, talk] = [total, talkOf.get(begin)];
    return { key: begin, name, label: name, totals, second: secondOf.get(begin), talk, part, queue };
  });
}

/** A row for all queues, and one for each. */
export function queueRows({
  stats,
  second,
  agentStats,
  queue,
  labelOf,
  total,
}: RowsOptions & { readonly labelOf: (queue: string) => ReactNode; readonly total: string }): readonly TotalsRow[] {
  const secondOf = new Map(second?.queues.map((totals) => [totals.queue, totals]));
  const talkOf = new Map(agentStats?.queues.map((times) => [times.queue, times]));
  const rows = stats.queues.map((totals) => ({
    key: `=${totals.queue}`,
    label: labelOf(totals.queue),
    totals,
    second: secondOf.get(totals.queue),
    talk: talkOf.get(totals.queue),
    part: null,
    queue: totals.queue,
  }));
  const all = {
    key: 'total',
    label: total,
    totals: stats.total,
    second: second?.total,
    talk: agentStats?.total,
    part: null,
    queue,
  };
  return queue === null ? [all, ...rows] : rows;
}
