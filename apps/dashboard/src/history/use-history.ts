import { useMemo } from 'react';
import type { AgentStats, Stats } from '@callstream/contracts';
import { useNow } from '../clock.tsx';
import { useQueues } from '../context.tsx';
import { useAnswer } from '../use-answer.ts';
import type { AnswerState } from '../use-answer.ts';
import { useRoute } from '../use-route.ts';
import { addDays, dayAt, divisionOf, presetDays } from './days.ts';
import type { Days, Division } from './days.ts';

/** What the history shows, with its defaults. */
export interface ShownPeriod {
  readonly days: Days;
  readonly by: Division;
  /** Seconds: one, or two side by side. undefined: that of the gateway. */
  readonly thresholds: readonly [number | undefined, number?];
  readonly queue: string | null;
  readonly today: string;
}

/** The same object while nothing of it changes: the clock alone draws nothing again. */
export function useShownPeriod(): ShownPeriod {
  const { history, queue } = useRoute();
  const today = dayAt(useNow(), useQueues()?.time_zone);
  return useMemo(() => {
    const { from, to, by, thresholds } = history;
    const days = from !== null && to !== null ? { from, to } : presetDays('week', today);
    const [first, second] = thresholds;
    return {
      days,
      by: by ?? divisionOf(days),
      thresholds: second === undefined ? [first] : [first, second],
      queue: queue === '' ? null : queue,
      today,
    };
  }, [history, queue, today]);
}

interface StatsParameters {
  readonly days: Days;
  readonly queue: string | null;
  readonly interval?: Division;
  readonly threshold?: number | undefined;
}

/** Parameters of the days of a period, whose end is exclusive. */
const periodQuery = ({ from, to }: Days): Readonly<Record<'from' | 'to', string>> => ({
  from,
  to: addDays(to, 1),
});

/** Parameters of the rows of a period. */
export const rowsQuery = ({ days, queue }: Pick<ShownPeriod, 'days' | 'queue'>): URLSearchParams =>
  new URLSearchParams({ ...periodQuery(days), ...(queue === null ? {} : { queue }) });

export function useStats({ days, queue, interval, threshold }: StatsParameters): AnswerState<Stats> {
  const query = rowsQuery({ days, queue });
  if (interval !== undefined) query.set('interval', interval);
  if (threshold !== undefined) query.set('threshold', String(threshold));
  return useAnswer<Stats>(`api/stats?${query.toString()}`);
}

/** Talk times, and the times of agents. */
export function useAgentStats({ days, queue, interval }: Omit<StatsParameters, 'threshold'>): AnswerState<AgentStats> {
  const query = rowsQuery({ days, queue });
  if (interval !== undefined) query.set('interval', interval);
  return useAnswer<AgentStats>(`api/stats/agents?${query.toString()}`);
}
