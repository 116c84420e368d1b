import '../style/history.css';
import { memo, useMemo } from 'react';
import type { Stats } from '@callstream/contracts';
import { CallOutcomes } from '../call-outcomes.tsx';
import { useAppContext } from '../context.tsx';
import { ExportButton } from '../export-button.tsx';
import { QueueName } from '../names/named.tsx';
import { otherExitsOf } from '../other-exits.ts';
import { routeHash } from '../route.ts';
import { Chart } from '../today/chart.tsx';
import { useRoute } from '../use-route.ts';
import { AgentTable } from './agent-table.tsx';
import { Comparison } from './comparison.tsx';
import { countDays, daysBefore } from './days.ts';
import { HeatMap } from './heat-map.tsx';
import { listQuery } from './listed-rows.ts';
import { LoadingProblem } from './loading-problem.tsx';
import { RowList } from './row-list.tsx';
import { intervalRows, queueRows } from './rows.ts';
import { PeriodForm } from './period-form.tsx';
import { TotalsTable } from './totals-table.tsx';
import { periodQuery, useShownPeriod, useStats } from './use-history.ts';
import type { ShownPeriod } from './use-history.ts';

/** Longest period of the heat map, which is read by hours: the gateway answers with at most 3,000 intervals. */
const heatDaysMax = 120;

/** The numbers of any period, and the visits and calls behind them. */
export function HistoryView() {
  return <HistoryOfPeriod period={useShownPeriod()} />;
}

const HistoryOfPeriod = memo(function HistoryOfPeriod({ period }: { readonly period: ShownPeriod }) {
  const { texts } = useAppContext();
  const { days, by, queue, thresholds } = period;
  const { answer: stats, problem } = useStats({ days, queue, interval: by, threshold: thresholds[0] });
  const { answer: before, problem: problemBefore } = useStats({
    days: daysBefore(days),
    queue,
    threshold: thresholds[0],
  });
  return (
    <div className="history">
      <h1>
        {texts.views.history} <span className="print-only">{texts.comparedWith(days.from, days.to)}</span>
      </h1>
      <PeriodForm period={period} />
      <LoadingProblem reason={problem} />
      {stats === null ? null : (
        <>
          <LoadingProblem reason={problemBefore} />
          <Comparison stats={stats} before={before} daysBefore={daysBefore(days)} />
          <Exports period={period} />
          {thresholds[1] === undefined ? (
            <Totals period={period} stats={stats} second={null} />
          ) : (
            <TwoThresholds period={period} stats={stats} second={thresholds[1]} />
          )}
          {countDays(days) > heatDaysMax ? (
            <p className="faint">{texts.heatMapTooLong(heatDaysMax)}</p>
          ) : (
            <HeatMap period={period} />
          )}
          <AgentTable period={period} />
        </>
      )}
    </div>
  );
});

function Exports({ period: { days, queue } }: { readonly period: ShownPeriod }) {
  const { texts } = useAppContext();
  const query = new URLSearchParams({ ...periodQuery(days), ...(queue === null ? {} : { queue }) });
  return (
    <p className="no-print list-actions">
      <ExportButton rows="calls" query={query} />
      <ExportButton rows="visits" query={query} />
      <button onClick={() => print()}>{texts.print}</button>
    </p>
  );
}

interface TotalsProps {
  readonly period: ShownPeriod;
  readonly stats: Stats;
}

/** The totals by another threshold are another answer. */
function TwoThresholds({ period, stats, second }: TotalsProps & { readonly second: number }) {
  const { days, by, queue } = period;
  const { answer, problem } = useStats({ days, queue, interval: by, threshold: second });
  return (
    <>
      <LoadingProblem reason={problem} />
      <Totals period={period} stats={stats} second={answer} />
    </>
  );
}

function Totals({ period, stats, second }: TotalsProps & { readonly second: Stats | null }) {
  const { texts, formats } = useAppContext();
  const route = useRoute();
  const { list, part } = route.history;
  const rowsQuery = list && listQuery({ list, part, period, seconds: stats.service_level_seconds });
  const { by, queue } = period;
  const seconds = [stats, ...(second ? [second] : [])].map((answer) => answer.service_level_seconds);
  const rows = useMemo(
    () => intervalRows({ stats, second, queue, labelOf: (begin) => formats.interval(begin, by) }),
    [stats, second, queue, by, formats],
  );
  const columns = useMemo(
    () => [
      rows.map((_, i) => i),
      ...[({ answered }: Stats['total']) => answered, ({ abandoned }: Stats['total']) => abandoned, otherExitsOf].map(
        (value) => rows.map(({ totals }) => value(totals)),
      ),
    ],
    [rows],
  );
  return (
    <>
      {list && rowsQuery ? (
        <RowList key={`${list.rows} ${rowsQuery.toString()}`} list={list} query={rowsQuery} />
      ) : null}
      <Chart
        title={texts.outcomes}
        of="queue-visits"
        hint={texts.divisions[by]}
        data={columns}
        kind="bars"
        labels={rows.map(({ name }) => name)}
        labelsTitle={texts.time}
        series={[
          { name: texts.answered, color: '--state-ongoing' },
          { name: texts.abandoned, color: '--bad' },
          { name: texts.otherExits, color: '--state-new' },
        ]}
      />
      <TotalsTable
        title={texts.queues}
        first={texts.queue}
        rows={queueRows({ stats, second, labelOf: (id) => <QueueName queue={id} />, total: texts.total, queue })}
        seconds={seconds}
      />
      <CallOutcomes
        id="calls-by-outcome"
        title={texts.callsByOutcome}
        calls={stats.calls}
        hrefOf={(direction, outcome) =>
          routeHash({
            ...route,
            history: { ...route.history, list: { rows: 'calls', direction, outcome }, part: null },
          })
        }
      />
      <TotalsTable title={texts.divisions[by]} first={texts.time} rows={rows} seconds={seconds} />
    </>
  );
}
