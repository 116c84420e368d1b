import { useEffect, useState } from 'react';
import type { ConcurrentCalls, Stats } from '@callstream/contracts';
import { useAppContext, useQueues, useStatus } from '../context.tsx';

/** Refresh interval of the totals of today, in ms. */
const refreshEveryMs = 10_000;

interface DayState<Answer> {
  readonly answer: Answer | null;
  readonly problem: string | null;
}

/** The totals of today, refreshed while they are shown. */
export function useStats(queue: string | null): DayState<Stats> {
  const query = new URLSearchParams({ interval: '5m', ...(queue === null ? {} : { queue }) });
  return useAnswerOfToday<Stats>(`/api/stats?${query.toString()}`, refreshEveryMs);
}

/** The calls in each phase since the beginning of today. Live samples follow, so it is read again only when the connection is back or a day begins. */
export const useConcurrentCalls = (): DayState<ConcurrentCalls> =>
  useAnswerOfToday<ConcurrentCalls>('/api/concurrent-calls', null);

/**
 * Reads the path when it changes, a day begins or the connection is back, and every `everyMs` while it is connected. After an error the last
 * answer stays.
 */
function useAnswerOfToday<Answer>(path: string, everyMs: number | null): DayState<Answer> {
  const { gateway } = useAppContext();
  const [state, setState] = useState<DayState<Answer>>({ answer: null, problem: null });
  const day = useQueues()?.today.from;
  const isLive = useStatus().connection === 'live';
  useEffect(() => {
    // Without a connection the last answer stays, instead of an error that the frame shows already.
    if (!isLive) return;
    const abort = new AbortController();
    const read = async (): Promise<void> => {
      try {
        const answer = (await gateway.fetchJson(path, abort.signal)) as Answer;
        setState({ answer, problem: null });
      } catch (error) {
        if (!abort.signal.aborted) setState(({ answer }) => ({ answer, problem: (error as Error).message }));
      }
    };
    void read();
    const timer = everyMs === null ? undefined : setInterval(() => void read(), everyMs);
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, [gateway, path, everyMs, day, isLive]);
  return state;
}
