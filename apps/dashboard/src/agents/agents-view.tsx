import { useMemo } from 'react';
import type { AgentNow, Agents } from '@callstream/contracts';
import { useNow } from '../clock.tsx';
import { useAgents, useAppContext, useQueues } from '../context.tsx';
import { ExportButton } from '../export-button.tsx';
import { Notice } from '../frame/notice.tsx';
import { AgentName, QueueName } from '../names/named.tsx';
import { HowCounted } from '../numbers/how-counted.tsx';
import { numberOfPresence } from '../numbers/tile-numbers.ts';
import { routeHash } from '../route.ts';
import { duration } from '../text/formats.ts';
import { useRoute } from '../use-route.ts';
import { VirtualRows } from '../virtual-rows.tsx';
import type { VirtualRowProps } from '../virtual-rows.tsx';
import { agentsByPresence } from './agents-by-presence.ts';
import { PresenceMark, presences } from './presence-mark.tsx';

const actorOf = ({ actor }: AgentNow): string => actor;

/** Presence of every agent, and since when. */
export function AgentsView() {
  const { texts, formats } = useAppContext();
  const { queue } = useRoute();
  const hasWrapUp = (useQueues()?.wrap_up_seconds ?? 0) > 0;
  const snapshot: Agents | null = useAgents();
  const byPresence = useMemo(() => snapshot && agentsByPresence(snapshot.agents, queue), [snapshot, queue]);
  const agents = useMemo(() => presences.flatMap((presence) => byPresence?.get(presence) ?? []), [byPresence]);
  if (!byPresence) return <Notice title={texts.loading} isDelayed />;
  const shown = hasWrapUp ? presences : presences.filter((presence) => presence !== 'wrap_up');
  if (agents.length === 0) return <Notice title={texts.noAgents} />;
  return (
    <div className="agents">
      <h1 className="visually-hidden">{texts.views.agents}</h1>
      <ul className="agent-counts">
        {shown.map((presence) => (
          <li key={presence}>
            <span className="figure-value">{formats.number(byPresence.get(presence)?.length ?? 0)}</span>
            <span>
              <PresenceMark presence={presence} />{' '}
              <HowCounted of={numberOfPresence[presence]} name={texts.presences[presence]} />
            </span>
          </li>
        ))}
      </ul>
      <p className="list-actions">
        <ExportButton rows="agent-calls" query={new URLSearchParams(queue ? { queue } : {})} />
      </p>
      <section className="panel">
        <table aria-rowcount={agents.length + 1}>
          <thead>
            <tr aria-rowindex={1}>
              <th scope="col" className="left">
                {texts.agent}
              </th>
              <th scope="col" className="left">
                {texts.presence}
              </th>
              <th scope="col">{texts.since}</th>
              <th scope="col" className="left">
                {texts.queues}
              </th>
              <th scope="col" className="left">
                {texts.callId}
              </th>
            </tr>
          </thead>
          <VirtualRows rows={agents} keyOf={actorOf} columns={5}>
            {(agent, row) => <AgentRow key={agent.actor} agent={agent} row={row} />}
          </VirtualRows>
        </table>
      </section>
    </div>
  );
}

function AgentRow({ agent, row }: { readonly agent: AgentNow; readonly row: VirtualRowProps }) {
  const { texts, formats } = useAppContext();
  const { at, known } = useRoute();
  const now = useNow();
  const { actor, number, presence, since, until, queues, calls } = agent;
  return (
    <tr {...row} className={presence === 'logged_out' ? 'faint' : undefined}>
      <th scope="row" className="left">
        <div>
          <AgentName actor={actor} /> <bdi className="faint">{number}</bdi>
        </div>
      </th>
      <td data-name={texts.presence} className="left">
        <div>
          <PresenceMark presence={presence} />{' '}
          {until === undefined ? null : <span className="faint">{texts.wrapUpLeft(duration(until - now))}</span>}
        </div>
      </td>
      <td data-name={texts.since} title={formats.moment(since)}>
        {duration(now - since)}
      </td>
      <td data-name={texts.queues} className="left">
        {queues.map(({ queue, presence: presenceInQueue }) => (
          <a key={queue} className="tag" href={routeHash({ view: 'agents', queue, at, known })}>
            <QueueName queue={queue} note={texts.presences[presenceInQueue]} />
          </a>
        ))}
      </td>
      <td data-name={texts.callId} className="left">
        {calls.map((callId) => (
          <a key={callId} href={routeHash({ view: 'calls', callId })}>
            <bdi className="named" title={callId}>
              {callId}
            </bdi>
          </a>
        ))}
      </td>
    </tr>
  );
}
