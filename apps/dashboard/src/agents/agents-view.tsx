import type { AgentNow, Agents } from '@callstream/contracts';
import { useNow } from '../clock.tsx';
import { useAgents, useAppContext } from '../context.tsx';
import { Notice } from '../frame/notice.tsx';
import { AgentName, QueueName } from '../names/named.tsx';
import { routeHash } from '../route.ts';
import { duration } from '../text/formats.ts';
import { useRoute } from '../use-route.ts';
import { PresenceMark, presences } from './presence-mark.tsx';

/** Presence of every agent, and since when. */
export function AgentsView() {
  const { texts, formats } = useAppContext();
  const { queue } = useRoute();
  const snapshot: Agents | null = useAgents();
  if (!snapshot) return <Notice title={texts.loading} isDelayed />;
  const agents =
    queue === null
      ? snapshot.agents
      : snapshot.agents.filter(({ queues }) => queues.some((membership) => membership.queue === queue));
  if (agents.length === 0) return <Notice title={texts.noAgents} />;
  return (
    <div className="agents">
      <h1 className="visually-hidden">{texts.views.agents}</h1>
      <ul className="agent-counts">
        {presences.map((presence) => (
          <li key={presence}>
            <span className="figure-value">
              {formats.number(agents.filter((agent) => agent.presence === presence).length)}
            </span>
            <PresenceMark presence={presence} />
          </li>
        ))}
      </ul>
      <section className="panel">
        <table>
          <thead>
            <tr>
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
          <tbody>
            {agents.toSorted(byPresence).map((agent) => (
              <AgentRow key={agent.actor} agent={agent} />
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}

/** In the order of the counts above; the longest first. */
const byPresence = (a: AgentNow, b: AgentNow): number =>
  presences.indexOf(a.presence) - presences.indexOf(b.presence) || a.since - b.since;

function AgentRow({ agent }: { readonly agent: AgentNow }) {
  const { texts, formats } = useAppContext();
  const now = useNow();
  const { actor, number, presence, since, queues, calls } = agent;
  return (
    <tr className={presence === 'logged_out' ? 'faint' : undefined}>
      <th scope="row" className="left">
        <div>
          <AgentName actor={actor} /> <bdi className="faint">{number}</bdi>
        </div>
      </th>
      <td data-name={texts.presence} className="left">
        <PresenceMark presence={presence} />
      </td>
      <td data-name={texts.since} title={formats.moment(since)}>
        {duration(now - since)}
      </td>
      <td data-name={texts.queues} className="left">
        {queues.map(({ queue, presence: presenceInQueue }) => (
          <a key={queue} className="tag" href={routeHash({ view: 'agents', queue })}>
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
