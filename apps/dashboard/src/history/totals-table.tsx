import type { VisitTotals } from '@callstream/contracts';
import { useId } from 'react';
import type { ReactNode } from 'react';
import { useAppContext } from '../context.tsx';
import { exitCounts, otherExitsOf } from '../other-exits.ts';
import { routeHash } from '../route.ts';
import { duration } from '../text/formats.ts';
import { useRoute } from '../use-route.ts';
import type { HistoryRoute, VisitList } from './history-route.ts';

export interface TotalsRow {
  readonly key: string;
  readonly label: ReactNode;
  readonly totals: VisitTotals;
  /** The same visits by the second threshold; undefined: there is none. */
  readonly second?: VisitTotals | undefined;
  /** Where the visits behind its numbers are. */
  readonly part: HistoryRoute['part'];
  readonly queue: string | null;
}

interface TotalsTableProps {
  readonly title: string;
  /** Title of the first column. */
  readonly first: string;
  readonly rows: readonly TotalsRow[];
  /** Thresholds in seconds. */
  readonly seconds: readonly number[];
}

/** Totals of visits, a line each. Every number of visits leads to them. */
export function TotalsTable({ title, first, rows, seconds }: TotalsTableProps) {
  const { texts } = useAppContext();
  const id = useId();
  return (
    <section className="panel" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {/* It scrolls, so the keyboard must reach it. */}
      <div className="scroll" role="group" aria-labelledby={id} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col" className="left">
                {first}
              </th>
              <th scope="col">{texts.offeredVisits}</th>
              <th scope="col">{texts.answered}</th>
              <th scope="col">{texts.abandoned}</th>
              <th scope="col">{texts.otherExits}</th>
              <th scope="col">{texts.flowedOut}</th>
              {seconds.map((threshold) => (
                <th key={threshold} scope="col">
                  {texts.serviceLevel} {texts.within(threshold)}
                </th>
              ))}
              <th scope="col">
                <abbr title={texts.asaLong}>{texts.asa}</abbr>
              </th>
              <th scope="col">{texts.longest}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.key} row={row} thresholds={seconds.length} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ row, thresholds }: { readonly row: TotalsRow; readonly thresholds: number }) {
  const { texts, formats } = useAppContext();
  const { label, totals, second } = row;
  const exits = exitCounts(totals).map(([exit, count]) => `${texts.exitOf[exit]} ${formats.number(count)}`);
  return (
    <tr>
      <th scope="row" className="left">
        {label}
      </th>
      <VisitCount row={row} list="visits" count={totals.visits} />
      <VisitCount row={row} list="answered" count={totals.answered} />
      <VisitCount row={row} list="abandoned" count={totals.abandoned} />
      <VisitCount row={row} list="other" count={otherExitsOf(totals)} title={exits.join(', ')} />
      <VisitCount row={row} list="flowed_out" count={totals.flowed_out} />
      <VisitCount row={row} list="in_time" count={totals.answered_in_time}>
        {formats.percent(totals.service_level)}
      </VisitCount>
      {thresholds > 1 ? <td>{formats.percent(second?.service_level ?? null)}</td> : null}
      <td>{duration(totals.asa_ms)}</td>
      <td>{duration(totals.wait_ms_max)}</td>
    </tr>
  );
}

interface VisitCountProps {
  readonly row: TotalsRow;
  readonly list: VisitList;
  readonly count: number;
  readonly title?: string;
  /** Shown in place of the number. */
  readonly children?: ReactNode;
}

/** A number that leads to its visits, unless there are none. */
function VisitCount({ row: { part, queue }, list, count, title, children }: VisitCountProps) {
  const { formats, texts } = useAppContext();
  const route = useRoute();
  const shown = children ?? formats.number(count);
  // Visits without a queue cannot be asked for.
  if (count === 0 || queue === '') return <td>{shown}</td>;
  const listed = { ...route, queue, history: { ...route.history, list: { rows: 'visits', of: list } as const, part } };
  return (
    <td title={title}>
      <a href={routeHash(listed)} aria-label={`${texts.visitLists[list]}: ${formats.number(count)}`}>
        {shown}
      </a>
    </td>
  );
}
