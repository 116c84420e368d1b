import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { Stats } from '@callstream/contracts';
import { useNow } from '../clock.tsx';
import { useCalls, useQueues, useAppContext } from '../context.tsx';
import { useRoute } from '../use-route.ts';
import { Chart } from './chart.tsx';
import { perInterval, sampledStates, samplesAsColumns, waitBounds, waitDistribution } from './series.ts';

/** Refresh interval of the totals of today, in ms. */
const refreshEveryMs = 10_000;

/** Charts of today. */
export function TodayView() {
  const { texts, gateway } = useAppContext();
  const { queue } = useRoute();
  const samples = useSyncExternalStore(gateway.samples.subscribe, gateway.samples.get);
  const calls = useCalls();
  const now = useNow();
  const { stats, problem } = useStats(queue);
  const intervals = stats?.intervals;
  const perState = useMemo(() => samplesAsColumns(samples), [samples]);
  const offered = useMemo(() => perInterval(intervals ?? [], now, [({ visits }) => visits]), [intervals, now]);
  const outcomes = useMemo(
    () => perInterval(intervals ?? [], now, [({ answered }) => answered, ({ abandoned }) => abandoned]),
    [intervals, now],
  );
  const waits = useMemo(
    () => waitDistribution(queue === null ? calls : calls.filter((call) => (call.queue ?? '') === queue)),
    [calls, queue],
  );
  const labels = useMemo(
    () => waitBounds.map((bound, i) => (bound === Infinity ? `> ${String(waitBounds[i - 1])}` : `≤ ${bound}`)),
    [],
  );
  const endedSeries = [
    { name: texts.answered, color: '--state-ongoing' },
    { name: texts.abandoned, color: '--bad' },
  ] as const;
  return (
    <div className="today">
      <h1 className="visually-hidden">{texts.views.today}</h1>
      {problem === null ? null : (
        <p className="problem" role="alert">
          {texts.statsFailed(problem)}
        </p>
      )}
      <Chart
        title={texts.perState}
        hint={texts.perStateHint}
        data={perState}
        kind="line"
        series={sampledStates.map((state) => ({ name: texts.states[state], color: `--state-${state.toLowerCase()}` }))}
      />
      <Chart
        title={texts.offered}
        hint={texts.per5Minutes}
        data={offered}
        kind="bars"
        series={[{ name: texts.offered, color: '--accent' }]}
      />
      <Chart title={texts.outcomes} hint={texts.per5Minutes} data={outcomes} kind="bars" series={endedSeries} />
      <Chart
        title={texts.waits}
        hint={`${texts.seconds}, ${texts.waitsHint}`}
        data={waits}
        kind="bars"
        labels={labels}
        series={endedSeries}
      />
    </div>
  );
}

interface StatsState {
  readonly stats: Stats | null;
  readonly problem: string | null;
}

/** The totals of today, refreshed while they are shown. After an error the last totals stay. */
function useStats(queue: string | null): StatsState {
  const { gateway } = useAppContext();
  const [state, setState] = useState<StatsState>({ stats: null, problem: null });
  const day = useQueues()?.today.from;
  useEffect(() => {
    const abort = new AbortController();
    const query = new URLSearchParams({ interval: '5m', ...(queue === null ? {} : { queue }) });
    const read = async (): Promise<void> => {
      try {
        const stats = (await gateway.fetchJson(`/api/stats?${query.toString()}`, abort.signal)) as Stats;
        setState({ stats, problem: null });
      } catch (error) {
        if (!abort.signal.aborted) setState(({ stats }) => ({ stats, problem: (error as Error).message }));
      }
    };
    void read();
    const timer = setInterval(() => void read(), refreshEveryMs);
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, [gateway, queue, day]);
  return state;
}
