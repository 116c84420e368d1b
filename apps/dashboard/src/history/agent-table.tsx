import type { AgentStats } from '@callstream/contracts';
import { useId } from 'react';
import { useAppContext } from '../context.tsx';
import { ExportButton } from '../export-button.tsx';
import { AgentName } from '../names/named.tsx';
import { HowCounted } from '../numbers/how-counted.tsx';
import { routeHash } from '../route.ts';
import { duration } from '../text/formats.ts';
import { useAnswer } from '../use-answer.ts';
import { useRoute } from '../use-route.ts';
import { LoadingProblem } from './loading-problem.tsx';
import { periodQuery } from './use-history.ts';
import type { ShownPeriod } from './use-history.ts';

/** How many calls each agent was on, and how long they and log-ins took; those with the most time on calls first. */
export function AgentTable({ period: { days, queue } }: { readonly period: ShownPeriod }) {
  const { texts, formats } = useAppContext();
  const route = useRoute();
  const id = useId();
  const query = new URLSearchParams({ ...periodQuery(days), ...(queue === null ? {} : { queue }) });
  const { answer, problem } = useAnswer<AgentStats>(`api/stats/agents?${query.toString()}`);
  const agents = (answer?.agents ?? []).toSorted(
    (a, b) => b.on_call_ms - a.on_call_ms || b.logged_in_ms - a.logged_in_ms,
  );
  return (
    <section className="panel" aria-labelledby={id}>
      <h2 id={id}>
        {texts.agents} <HowCounted of="agents-in-a-period" name={texts.agents} />
      </h2>
      <LoadingProblem reason={problem} />
      <p className="no-print list-actions">
        <ExportButton rows="agent-calls" query={query} />
      </p>
      <div className="scroll" role="group" aria-labelledby={id} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col" className="left">
                {texts.agent}
              </th>
              <th scope="col">{texts.views.calls}</th>
              <th scope="col">{texts.timeOnCalls}</th>
              <th scope="col">{texts.meanTime}</th>
              <th scope="col">{texts.longestTime}</th>
              <th scope="col">{texts.loggedInTime}</th>
              <th scope="col">{texts.pausedTime}</th>
              <th scope="col">{texts.occupancy}</th>
            </tr>
          </thead>
          <tbody>
            {agents.map(({ actor, calls, ...times }) => (
              <tr key={actor}>
                <th scope="row" className="left">
                  <AgentName actor={actor} />
                </th>
                <td>
                  <a
                    href={routeHash({
                      ...route,
                      history: { ...route.history, list: { rows: 'agent-calls', actor }, part: null },
                    })}
                    aria-label={`${texts.callsOf(actor)}: ${formats.number(calls)}`}
                  >
                    {formats.number(calls)}
                  </a>
                </td>
                <td>{duration(times.on_call_ms)}</td>
                <td>{duration(times.on_call_ms_mean)}</td>
                <td>{duration(times.on_call_ms_max)}</td>
                <td>{duration(times.logged_in_ms)}</td>
                <td>{duration(times.paused_ms)}</td>
                <td>{formats.percent(times.occupancy)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
