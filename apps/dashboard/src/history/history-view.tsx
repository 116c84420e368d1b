import '../style/history.css';
import { memo, useMemo } from 'react';
import type { AgentStats, Stats } from '@callstream/contracts';
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
import type { PeriodPart } from './history-route.ts';
import { listQuery } from './listed-rows.ts';
import { LoadingProblem } from './loading-problem.tsx';
import { RowList } from './row-list.tsx';
import { intervalRows, queueRows } from './rows.ts';
import { PeriodForm } from './period-form.tsx';
import { TotalsTable } from './totals-table.tsx';
import { rowsQuery, useAgentStats, useShownPeriod, useStats } from './use-history.ts';
import type { ShownPeriod } from './use-history.ts';
import { useOccupancy } from './use-occupancy.ts';

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
  const agentStats = useAgentStats({ days, queue, interval: by });
  const occupancy = useOccupancy(rowsQuery(period).toString());
  const { answer: agentsBefore } = useAgentStats({ days: daysBefore(days), queue });
  const totals = { period, agentStats: agentStats.answer };
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
          <Comparison
            stats={stats}
            before={before}
            talk={agentStats.answer?.total ?? null}
            talkBefore={agentsBefore?.total ?? null}
            daysBefore={daysBefore(days)}
          />
          <Exports period={period} />
          {thresholds[1] === undefined ? (
            <Totals {...totals} stats={stats} second={null} />
          ) : (
            <TwoThresholds {...totals} stats={stats} second={thresholds[1]} />
          )}
          {countDays(days) > heatDaysMax ? (
            <p className="faint">{texts.heatMapTooLong(heatDaysMax)}</p>
          ) : (
            <HeatMap period={period} />
          )}
          <AgentTable period={period} agentStats={agentStats} occupancy={occupancy} />
        </>
      )}
    </div>
  );
});

function Exports({ period }: { readonly period: ShownPeriod }) {
  const { texts } = useAppContext();
  const query = rowsQuery(period);
  return (
    <p className="no-print list-actions">
      <ExportButton rows="calls" query={query} />
      <ExportButton rows="visits" query={query} />
      <ExportButton rows="events" query={query} />
      <button onClick={() => print()}>{texts.print}</button>
    </p>
  );
}

interface TotalsProps {
  readonly period: ShownPeriod;
  readonly stats: Stats;
  /** null: not there yet. */
  readonly agentStats: AgentStats | null;
}

/** The totals by another threshold are another answer. */
function TwoThresholds({ second, ...totals }: TotalsProps & { readonly second: number }) {
  const { days, by, queue } = totals.period;
  const { answer, problem } = useStats({ days, queue, interval: by, threshold: second });
  return (
    <>
      <LoadingProblem reason={problem} />
      <Totals {...totals} second={answer} />
    </>
  );
}

interface AllTotalsProps extends TotalsProps {
  readonly second: Stats | null;
}

/** May have thousands of rows, so it is not rendered again with each part of the occupancy. */
const Totals = memo(function Totals({ period, stats, agentStats, second }: AllTotalsProps) {
  const { texts, formats } = useAppContext();
  const route = useRoute();
  const { list, part } = route.history;
  const { by, queue } = period;
  const seconds = [stats, ...(second ? [second] : [])].map((answer) => answer.service_level_seconds);
  const rows = useMemo(
    () => intervalRows({ stats, second, agentStats, queue, labelOf: (begin) => formats.interval(begin, by) }),
    [stats, second, agentStats, queue, by, formats],
  );
  const { totals: listed } = rows.find((row) => isSamePart(row.part, part)) ?? { totals: stats.total };
  // A list by the second threshold waits for its answer.
  const isListed = list !== null && (list.rows !== 'visits' || list.of !== 'in_second_time' || seconds.length > 1);
  const query = isListed && listQuery({ list, part, period, seconds, longestMs: listed.wait_ms_max });
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
      {list && query ? <RowList key={`${list.rows} ${query.toString()}`} list={list} query={query} /> : null}
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
        rows={queueRows({
          stats,
          second,
          agentStats,
          labelOf: (id) => <QueueName queue={id} />,
          total: texts.total,
          queue,
        })}
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
});

const isSamePart = (a: PeriodPart | null, b: PeriodPart | null): boolean => JSON.stringify(a) === JSON.stringify(b);
