import type { TalkTimes, VisitTotals } from '@callstream/contracts';
import { useId } from 'react';
import type { ReactNode } from 'react';
import { useAppContext } from '../context.tsx';
import { exitCounts, otherExitsOf } from '../other-exits.ts';
import { duration } from '../text/formats.ts';
import type { PeriodPart, VisitList } from './history-route.ts';
import { ListLink } from './list-link.tsx';

export interface TotalsRow {
  readonly key: string;
  readonly label: ReactNode;
  readonly totals: VisitTotals;
  /** The same visits by the second threshold; undefined: there is none. */
  readonly second?: VisitTotals | undefined;
  /** Times of agents on calls; undefined: none, or not there yet. */
  readonly talk?: TalkTimes | undefined;
  /** Where the rows behind its numbers are. */
  readonly part: PeriodPart | null;
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

/** Totals of visits and talk times, a line each. Every number leads to the visits or calls behind it. */
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
              <th scope="col">{texts.talkTime}</th>
              <th scope="col">{texts.meanTalkTime}</th>
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
  const { label, totals, second, talk } = row;
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
      {thresholds > 1 ? (
        <VisitCount row={row} list="in_second_time" count={second?.answered_in_time ?? 0}>
          {formats.percent(second?.service_level ?? null)}
        </VisitCount>
      ) : null}
      <VisitCount row={row} list="answered" count={totals.answered}>
        {duration(totals.asa_ms)}
      </VisitCount>
      <VisitCount row={row} list="longest" count={totals.answered + totals.abandoned}>
        {duration(totals.wait_ms_max)}
      </VisitCount>
      <TalkTime row={row}>{duration(talk?.on_call_ms ?? null)}</TalkTime>
      <TalkTime row={row}>{duration(talk?.on_call_ms_mean ?? null)}</TalkTime>
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
  const shown = children ?? formats.number(count);
  // Visits without a queue cannot be asked for.
  if (count === 0 || queue === '') return <td>{shown}</td>;
  const label = `${texts.visitLists[list]}: ${typeof shown === 'string' ? shown : formats.number(count)}`;
  return (
    <td title={title}>
      <ListLink list={{ rows: 'visits', of: list }} part={part} queue={queue} label={label}>
        {shown}
      </ListLink>
    </td>
  );
}

/** A talk time that leads to the calls of agents, unless there are none. */
function TalkTime({ row: { talk, part, queue }, children }: { readonly row: TotalsRow; readonly children: string }) {
  if (!talk || queue === '') return <td>{children}</td>;
  return (
    <td>
      <ListLink list={{ rows: 'agent-calls', actor: null }} part={part} queue={queue}>
        {children}
      </ListLink>
    </td>
  );
}
