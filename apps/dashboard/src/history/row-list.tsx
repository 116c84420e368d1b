import { useEffect, useId, useRef } from 'react';
import { useAppContext } from '../context.tsx';
import { ExportButton } from '../export-button.tsx';
import type { ApiPath } from '../gateway.ts';
import { AgentName, QueueName } from '../names/named.tsx';
import { routeHash } from '../route.ts';
import type { Texts } from '../text/en.ts';
import { duration } from '../text/formats.ts';
import { useAnswer } from '../use-answer.ts';
import { replaceRoute, useRoute } from '../use-route.ts';
import type { RowSelection } from './history-route.ts';
import { listedRows } from './listed-rows.ts';
import { partText } from './part-text.ts';
import type { ListedRow } from './listed-rows.ts';
import { LoadingProblem } from './loading-problem.tsx';

/** Most rows that are shown; the file has all of them. */
const shownMax = 200;

interface RowListProps {
  readonly list: RowSelection;
  /** Parameters that select the rows. */
  readonly query: URLSearchParams;
}

/** The rows behind a number; each leads to its call, which has its events. */
export function RowList({ list, query }: RowListProps) {
  const { texts, formats, settings } = useAppContext();
  const { history } = useRoute();
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  const path: ApiPath = `api/export/${list.rows}?${query.toString()}&format=ndjson&limit=${shownMax + 1}`;
  const { answer, problem } = useAnswer<readonly unknown[]>(path);
  // A number was followed to here.
  useEffect(() => heading.current?.focus(), []);
  const rows = listedRows(list.rows, answer ?? []).slice(0, shownMax);
  return (
    <section className="panel" aria-labelledby={id}>
      <h2 id={id} ref={heading} tabIndex={-1}>
        {titleOf(list, texts)}{' '}
        {history.part ? <span className="faint">{partText(history.part, formats, settings.language)}</span> : null}
      </h2>
      <p className="no-print list-actions">
        <ExportButton rows={list.rows} query={query} />
        <button onClick={() => replaceRoute({ history: { ...history, list: null, part: null } })}>{texts.close}</button>
      </p>
      <LoadingProblem reason={problem} />
      <div className="scroll" role="group" aria-labelledby={id} tabIndex={0}>
        <table>
          <thead>
            <tr>
              {list.rows === 'agent-sessions' ? null : (
                <th scope="col" className="left">
                  {texts.callId}
                </th>
              )}
              <th scope="col" className={list.rows === 'agent-sessions' ? 'left' : undefined}>
                {texts.time}
              </th>
              <th scope="col">{texts.queue}</th>
              <th scope="col">{list.rows === 'agent-sessions' ? texts.state : texts.outcome}</th>
              <th scope="col">{list.rows === 'visits' ? texts.wait : texts.callDuration}</th>
              <th scope="col">{texts.agent}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, i) => (
              <Row key={`${row.callId ?? ''} ${i}`} row={row} rows={list.rows} />
            ))}
          </tbody>
        </table>
      </div>
      {(answer?.length ?? 0) > shownMax ? <p className="faint">{texts.firstRows(shownMax)}</p> : null}
    </section>
  );
}

function Row({ row, rows }: { readonly row: ListedRow; readonly rows: RowSelection['rows'] }) {
  const { texts, formats } = useAppContext();
  const { callId, at, queue, outcome = '', reason = null, ms, actor } = row;
  const outcomes: Readonly<Record<string, string>> = outcomeTexts(rows, texts);
  const time = formats.moment(Date.parse(at));
  return (
    <tr>
      {callId === undefined ? (
        <th scope="row" className="left">
          {time}
        </th>
      ) : (
        <>
          <th scope="row" className="left">
            {callId === null ? (
              <span className="faint">{texts.hiddenCall}</span>
            ) : (
              <a className="leads" href={routeHash({ callId })}>
                <bdi>{callId}</bdi>
              </a>
            )}
          </th>
          <td>{time}</td>
        </>
      )}
      <td>
        <QueueName queue={queue} />
      </td>
      <td>
        {outcomes[outcome]}
        {reason === null ? null : <bdi className="faint"> {reason}</bdi>}
      </td>
      <td>{duration(ms)}</td>
      <td>{actor === null ? null : <AgentName actor={actor} />}</td>
    </tr>
  );
}

function outcomeTexts(rows: RowSelection['rows'], texts: Texts): Readonly<Record<string, string>> {
  if (rows === 'visits') return texts.visitOutcomes;
  return rows === 'agent-sessions' ? texts.sessionStates : texts.outcomeOf;
}

function titleOf(list: RowSelection, texts: Texts): string {
  switch (list.rows) {
    case 'visits':
      return texts.visitLists[list.of];
    case 'calls':
      return [
        `${texts.views.calls}: ${texts.directions[list.direction]}`,
        ...(list.outcome === null ? [] : [texts.outcomeOf[list.outcome as keyof typeof texts.outcomeOf]]),
      ].join(', ');
    case 'agent-calls':
      return list.actor === null ? texts.callsOfAgents : texts.callsOf(list.actor);
    case 'agent-sessions':
      return texts.sessionsOf(list.actor);
  }
}
