import { useEffect, useId, useRef } from 'react';
import { useAppContext } from '../context.tsx';
import { ExportButton } from '../export-button.tsx';
import { AgentName, QueueName } from '../names/named.tsx';
import { routeHash } from '../route.ts';
import { duration } from '../text/formats.ts';
import { useAnswer } from '../use-answer.ts';
import { replaceRoute, useRoute } from '../use-route.ts';
import type { VisitList as ListName } from './history-route.ts';
import { periodQuery } from './use-history.ts';
import type { ShownPeriod } from './use-history.ts';

/** Most visits that are shown; the file has all of them. */
const shownMax = 200;

/** A line of `GET /api/export/visits`. */
interface VisitLine {
  readonly call_id: string | null;
  readonly n: number | null;
  readonly queue: string;
  readonly waiting_at: string;
  readonly outcome: string;
  readonly wait_ms: number | null;
  readonly actor: string | null;
}

interface VisitListProps {
  readonly list: ListName;
  readonly period: ShownPeriod;
  /** Threshold of the service level. */
  readonly seconds: number;
}

/** The visits behind a number; each leads to its call, which has its events. */
export function VisitList({ list, period, seconds }: VisitListProps) {
  const { texts, formats } = useAppContext();
  const { history } = useRoute();
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  const query = new URLSearchParams(queryOf({ list, period, seconds }, history.part));
  const path = `api/export/visits?${query.toString()}`;
  const { answer, problem } = useAnswer<readonly VisitLine[]>(`${path}&format=ndjson&limit=${shownMax + 1}`);
  // A number was followed to here.
  useEffect(() => heading.current?.focus(), [path]);
  const visits = (answer ?? []).slice(0, shownMax);
  return (
    <section className="panel" aria-labelledby={id}>
      <h2 id={id} ref={heading} tabIndex={-1}>
        {texts.visitLists[list]}{' '}
        {history.part ? (
          <span className="faint">
            {formats.moment(Date.parse(history.part.begin))} – {formats.moment(Date.parse(history.part.end))}
          </span>
        ) : null}
      </h2>
      <p className="no-print list-actions">
        <ExportButton rows="visits" query={query} />
        <button onClick={() => replaceRoute({ history: { ...history, list: null, part: null } })}>{texts.close}</button>
      </p>
      {problem === null ? null : (
        <p className="problem" role="alert">
          {texts.historyFailed(problem)}
        </p>
      )}
      <div className="scroll" role="group" aria-labelledby={id} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col" className="left">
                {texts.callId}
              </th>
              <th scope="col">{texts.time}</th>
              <th scope="col">{texts.queue}</th>
              <th scope="col">{texts.outcome}</th>
              <th scope="col">{texts.wait}</th>
              <th scope="col">{texts.agent}</th>
            </tr>
          </thead>
          <tbody>
            {visits.map((visit, i) => (
              <tr key={`${visit.call_id ?? i} ${visit.n ?? ''}`}>
                <th scope="row" className="left">
                  {visit.call_id === null ? (
                    <span className="faint">{texts.hiddenCall}</span>
                  ) : (
                    <a href={routeHash({ callId: visit.call_id })}>
                      <bdi>{visit.call_id}</bdi>
                    </a>
                  )}
                </th>
                <td>{formats.moment(Date.parse(visit.waiting_at))}</td>
                <td>
                  <QueueName queue={visit.queue} />
                </td>
                <td>{texts.visitOutcomes[visit.outcome as keyof typeof texts.visitOutcomes]}</td>
                <td>{duration(visit.wait_ms)}</td>
                <td>{visit.actor === null ? null : <AgentName actor={visit.actor} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {(answer?.length ?? 0) > shownMax ? <p className="faint">{texts.firstVisits(shownMax)}</p> : null}
    </section>
  );
}

/** Outcomes of a list; undefined: all. */
const outcomesOf: Readonly<Record<ListName, string | undefined>> = {
  visits: undefined,
  answered: 'answered',
  in_time: 'answered',
  abandoned: 'abandoned',
  other: 'timed_out,by_key,full,empty,withdrawn',
  flowed_out: 'flowed_out',
};

function queryOf(
  { list, period, seconds }: VisitListProps,
  part: { readonly begin: string; readonly end: string } | null,
): Record<string, string> {
  const outcome = outcomesOf[list];
  return {
    ...(part ? { from: part.begin, to: part.end } : periodQuery(period.days)),
    ...(period.queue === null ? {} : { queue: period.queue }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(list === 'in_time' ? { wait_max: String(seconds) } : {}),
  };
}
