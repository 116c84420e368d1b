import { useCallback, useEffect, useRef, useState } from 'react';
import type { AgentStats } from '@callstream/contracts';
import { useAppContext } from '../context.tsx';
import { addTimesOfAgents, noTimes, partsOfPeriod, timesOfAgents } from './agent-times.ts';
import type { CountedPart, TimesOfAgents } from './agent-times.ts';

export interface OccupancyCount {
  /** Parts of the period; none before the count begins. */
  readonly parts: readonly CountedPart[];
  /** How many of them are counted. */
  readonly counted: number;
  /** In the counted parts. */
  readonly times: TimesOfAgents;
  readonly isRunning: boolean;
  /** Why the count stopped at a part; null if it did not. */
  readonly problem: string | null;
}

/** Whether the times are those of the whole period. */
export const isCounted = ({ parts, counted }: OccupancyCount): boolean => parts.length > 0 && counted === parts.length;

/** Counts of another period must not be shown as those of this one. */
interface CountOfPeriod extends OccupancyCount {
  readonly query: string;
}

export interface UsedOccupancyCount extends OccupancyCount {
  /** Counts the period of the answer, or goes on where an error stopped the count. */
  readonly count: (answer: AgentStats, daysMax: number) => void;
  readonly cancel: () => void;
}

const notBegun: OccupancyCount = { parts: [], counted: 0, times: noTimes, isRunning: false, problem: null };

/**
 * Counts the times logged in, paused and the occupancy of a period that is too long for one answer: by parts, one
 * request after another. `query`: parameters of the period; another one cancels the count.
 */
export function useOccupancy(query: string): UsedOccupancyCount {
  const { gateway } = useAppContext();
  const [state, setState] = useState<CountOfPeriod>({ query, ...notBegun });
  const abort = useRef<AbortController>(null);
  const cancel = useCallback(() => {
    abort.current?.abort();
    setState({ query, ...notBegun });
  }, [query]);
  // Also when the page is left.
  useEffect(() => cancel, [cancel, gateway]);
  const current = state.query === query ? state : notBegun;
  const count = (answer: AgentStats, daysMax: number): void => {
    abort.current?.abort();
    const { signal } = (abort.current = new AbortController());
    const start = current.problem === null ? { ...notBegun, parts: partsOfPeriod(answer, daysMax) } : current;
    const { parts } = start;
    let { counted, times } = start;
    const show = (more: Pick<OccupancyCount, 'isRunning' | 'problem'>): void =>
      setState({ query, parts, counted, times, ...more });
    const read = async (): Promise<void> => {
      try {
        for (const part of parts.slice(counted)) {
          show({ isRunning: true, problem: null });
          const parameters = new URLSearchParams(query);
          parameters.set('from', part.from);
          parameters.set('to', part.to);
          const ofPart = await gateway.fetchJson(`api/stats/agents?${parameters.toString()}`, signal);
          signal.throwIfAborted();
          times = addTimesOfAgents(times, timesOfAgents(ofPart as AgentStats));
          counted++;
        }
        show({ isRunning: false, problem: null });
      } catch (error) {
        if (!signal.aborted) show({ isRunning: false, problem: (error as Error).message });
      }
    };
    void read();
  };
  return { ...current, count, cancel };
}
