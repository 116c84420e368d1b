import type { AgentStats } from '@callstream/contracts';
import { useId } from 'react';
import { useAppContext } from '../context.tsx';
import { ExportButton } from '../export-button.tsx';
import { AgentName } from '../names/named.tsx';
import { HowCounted } from '../numbers/how-counted.tsx';
import { duration } from '../text/formats.ts';
import type { AnswerState } from '../use-answer.ts';
import { withTimes } from './agent-times.ts';
import { ListLink } from './list-link.tsx';
import { LoadingProblem } from './loading-problem.tsx';
import { OccupancyButton } from './occupancy-button.tsx';
import { rowsQuery } from './use-history.ts';
import type { ShownPeriod } from './use-history.ts';
import { isCounted } from './use-occupancy.ts';
import type { UsedOccupancyCount } from './use-occupancy.ts';

interface AgentTableProps {
  readonly period: ShownPeriod;
  readonly agentStats: AnswerState<AgentStats>;
  readonly occupancy: UsedOccupancyCount;
}

/** How many calls each agent was on, and how long they and log-ins took; those with the most time on calls first. */
export function AgentTable({ period, agentStats: { answer, problem }, occupancy }: AgentTableProps) {
  const { texts } = useAppContext();
  const id = useId();
  const query = rowsQuery(period);
  const daysMax = answer?.occupancy_days_max;
  // Times of some parts would look like those of the period.
  const listed =
    answer && daysMax !== undefined && isCounted(occupancy) ? withTimes(answer, occupancy.times) : answer?.agents;
  const agents = (listed ?? []).toSorted(
    (a, b) => b.on_call_ms - a.on_call_ms || (b.logged_in_ms ?? 0) - (a.logged_in_ms ?? 0),
  );
  return (
    <section className="panel" aria-labelledby={id}>
      <h2 id={id}>
        {texts.agents} <HowCounted of="agents-in-a-period" name={texts.agents} />
      </h2>
      <LoadingProblem reason={problem} />
      {answer === null || daysMax === undefined ? null : (
        <OccupancyButton answer={answer} daysMax={daysMax} occupancy={occupancy} />
      )}
      <p className="no-print list-actions">
        <ExportButton rows="agent-calls" query={query} />
        <ExportButton rows="agent-sessions" query={query} />
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
            {agents.map((agent) => (
              <AgentRow key={agent.actor} agent={agent} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function AgentRow({ agent }: { readonly agent: AgentStats['agents'][number] }) {
  const { texts, formats } = useAppContext();
  const { actor, calls, on_call_ms, on_call_ms_mean, on_call_ms_max, logged_in_ms, paused_ms, occupancy } = agent;
  const [calledList, sessionList] = [
    { rows: 'agent-calls', actor } as const,
    { rows: 'agent-sessions', actor } as const,
  ];
  return (
    <tr>
      <th scope="row" className="left">
        <AgentName actor={actor} />
      </th>
      <td>
        <ListLink list={calledList} label={`${texts.callsOf(actor)}: ${formats.number(calls)}`}>
          {formats.number(calls)}
        </ListLink>
      </td>
      {[on_call_ms, on_call_ms_mean, on_call_ms_max].map((ms, i) => (
        <td key={i}>{calls === 0 ? duration(ms) : <ListLink list={calledList}>{duration(ms)}</ListLink>}</td>
      ))}
      {[logged_in_ms, paused_ms].map((ms, i) => (
        <td key={i}>
          {ms === null || ms === 0 ? duration(ms) : <ListLink list={sessionList}>{duration(ms)}</ListLink>}
        </td>
      ))}
      <td>
        {occupancy === null ? (
          formats.percent(occupancy)
        ) : (
          <ListLink list={sessionList} label={`${texts.sessionsOf(actor)}: ${formats.percent(occupancy)}`}>
            {formats.percent(occupancy)}
          </ListLink>
        )}
      </td>
    </tr>
  );
}
