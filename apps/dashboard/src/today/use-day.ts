import type { ConcurrentCalls, Stats } from '@callstream/contracts';
import { useQueues } from '../context.tsx';
import { useAnswer } from '../use-answer.ts';
import type { AnswerState } from '../use-answer.ts';

/** Refresh interval of the totals of today, in ms. */
const refreshEveryMs = 10_000;

/** The totals of today, refreshed while they are shown. */
export function useStats(queue: string | null): AnswerState<Stats> {
  const query = new URLSearchParams({ interval: '5m', ...(queue === null ? {} : { queue }) });
  return useAnswer<Stats>(`api/stats?${query.toString()}`, { day: useToday(), everyMs: refreshEveryMs });
}

/** The calls in each phase since the beginning of today. Live samples follow, so it is read again only when the connection is back or a day begins. */
export const useConcurrentCalls = (): AnswerState<ConcurrentCalls> =>
  useAnswer<ConcurrentCalls>('api/concurrent-calls', { day: useToday() });

const useToday = (): string | undefined => useQueues()?.today.from;
