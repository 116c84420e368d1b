import { useMemo, useSyncExternalStore } from 'react';
import type { Stats } from '@callstream/contracts';
import { callPhases } from '@callstream/domain';
import { useNow } from '../clock.tsx';
import { useCalls, useAppContext } from '../context.tsx';
import { otherExitsOf } from '../other-exits.ts';
import { useRoute } from '../use-route.ts';
import { Chart } from './chart.tsx';
import type { ChartProps } from './chart.tsx';
import { mergeSamples, perInterval, samplesAsColumns, waitBounds, waitDistribution } from './series.ts';
import type { Columns, StatsInterval } from './series.ts';
import { useConcurrentCalls, useStats } from './use-day.ts';

const inboundCounts: readonly ((interval: StatsInterval) => number)[] = [
  ({ calls: { inbound } }) => inbound.answered,
  ({ calls: { inbound } }) => inbound.answered_without_queue,
  ({ calls: { inbound } }) => inbound.abandoned,
  ({ calls: { inbound } }) => inbound.flowed_out + inbound.ended_before_queue,
];
const directionCounts: readonly ((interval: StatsInterval) => number)[] = [
  ({ calls }) => calls.inbound.calls,
  ({ calls }) => calls.outbound.calls,
  ({ calls }) => calls.internal.calls,
];
const visitCounts: readonly ((interval: StatsInterval) => number)[] = [
  ({ total }) => total.answered,
  ({ total }) => total.abandoned,
  ({ total }) => otherExitsOf(total),
];
const offeredCounts: readonly ((interval: StatsInterval) => number)[] = [({ total }) => total.visits];

/** Columns of a chart of the intervals until now. */
function useIntervals(stats: Stats | null, values: readonly ((interval: StatsInterval) => number)[]): Columns {
  // Intervals begin on whole minutes: the seconds would only draw the same chart again.
  const now = Math.floor(useNow() / 60_000) * 60_000;
  return useMemo(() => perInterval(stats?.intervals ?? [], now, values), [stats, now, values]);
}

/** Charts of today. */
export function TodayView() {
  const { texts } = useAppContext();
  const { answer: stats, problem } = useStats(useRoute().queue);
  const endedSeries = [
    { name: texts.answered, color: '--state-ongoing' },
    { name: texts.abandoned, color: '--bad' },
  ] as const;
  const bars = { hint: texts.per5Minutes, kind: 'bars' } as const;
  return (
    <div className="today">
      <h1 className="visually-hidden">{texts.views.today}</h1>
      <Problem reason={problem} />
      <PhaseChart />
      <Chart
        {...bars}
        title={texts.perDirection}
        of="calls-by-outcome"
        data={useIntervals(stats, directionCounts)}
        series={[
          { name: texts.directions.inbound, color: '--state-ongoing' },
          { name: texts.directions.outbound, color: '--state-standby' },
          { name: texts.directions.internal, color: '--state-new' },
        ]}
      />
      <Chart
        {...bars}
        title={texts.inboundOutcomes}
        of="calls-by-outcome"
        data={useIntervals(stats, inboundCounts)}
        series={[
          { name: texts.outcomeOf.answered, color: '--state-ongoing' },
          { name: texts.outcomeOf.answered_without_queue, color: '--state-standby' },
          { name: texts.outcomeOf.abandoned, color: '--bad' },
          { name: texts.endedUnanswered, color: '--state-new' },
        ]}
      />
      <Chart
        {...bars}
        title={texts.offered}
        of="visits"
        data={useIntervals(stats, offeredCounts)}
        series={[{ name: texts.offered, color: '--accent' }]}
      />
      <Chart
        {...bars}
        title={texts.outcomes}
        of="queue-visits"
        data={useIntervals(stats, visitCounts)}
        series={[...endedSeries, { name: texts.otherExits, color: '--state-new' }]}
      />
      <WaitChart series={endedSeries} />
    </div>
  );
}

function Problem({ reason }: { readonly reason: string | null }) {
  const { texts } = useAppContext();
  if (reason === null) return null;
  return (
    <p className="problem" role="alert">
      {texts.statsFailed(reason)}
    </p>
  );
}

/** The calls in each phase: those of the day from the tables, then those of the live board. */
function PhaseChart() {
  const { texts, gateway } = useAppContext();
  const samples = useSyncExternalStore(gateway.samples.subscribe, gateway.samples.get);
  const { answer: day, problem } = useConcurrentCalls();
  const data = useMemo(() => samplesAsColumns(mergeSamples(day, samples)), [day, samples]);
  const colors = { waiting: '--state-waiting', talking: '--state-ongoing', other: '--state-standby' } as const;
  return (
    <>
      <Problem reason={problem} />
      <Chart
        title={texts.perState}
        of="calls-at-once"
        hint={texts.perStateHint}
        data={data}
        kind="line"
        series={callPhases.map((phase) => ({ name: texts.phases[phase], color: colors[phase] }))}
      />
    </>
  );
}

/** How long the callers of the board waited. */
function WaitChart({ series }: Pick<ChartProps, 'series'>) {
  const { texts } = useAppContext();
  const { queue } = useRoute();
  const calls = useCalls();
  const data = useMemo(
    () => waitDistribution(queue === null ? calls : calls.filter((call) => (call.queue ?? '') === queue)),
    [calls, queue],
  );
  return (
    <Chart
      title={texts.waits}
      of="queue-visits"
      hint={`${texts.seconds}, ${texts.waitsHint}`}
      data={data}
      kind="bars"
      labels={waitLabels}
      series={series}
    />
  );
}

const waitLabels = waitBounds.map((bound, i) => (bound === Infinity ? `> ${String(waitBounds[i - 1])}` : `≤ ${bound}`));
