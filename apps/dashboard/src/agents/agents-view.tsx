import type { AgentNow, Agents } from '@callstream/contracts';
import { useNow } from '../clock.tsx';
import { useAgents, useAppContext } from '../context.tsx';
import { Notice } from '../frame/notice.tsx';
import { routeHash } from '../route.ts';
import { duration } from '../text/formats.ts';
import { useRoute } from '../use-route.ts';
import { PresenceMark, presences } from './presence-mark.tsx';

/** Who does what, since when. */
export function AgentsView() {
  const { texts, formats } = useAppContext();
  const { queue } = useRoute();
  const known: Agents | null = useAgents();
  if (!known) return <Notice title={texts.loading} isQuiet />;
  const agents =
    queue === null ? known.agents : known.agents.filter((one) => one.queues.some((in_) => in_.queue === queue));
  if (agents.length === 0) return <Notice title={texts.noAgents} />;
  return (
    <div className="agents">
      <h1 className="heard">{texts.views.agents}</h1>
      <ul className="agent-counts">
        {presences.map((presence) => (
          <li key={presence}>
            <span className="figure-value">
              {formats.number(agents.filter((one) => one.presence === presence).length)}
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

/** As in the counts above; who has been so for longest in front. */
const byPresence = (a: AgentNow, b: AgentNow): number =>
  presences.indexOf(a.presence) - presences.indexOf(b.presence) || a.since - b.since;

function AgentRow({ agent }: { readonly agent: AgentNow }) {
  const { texts, formats } = useAppContext();
  const now = useNow();
  const { actor, number, presence, since, queues, calls } = agent;
  return (
    <tr className={presence === 'logged_out' ? 'faint' : undefined}>
      <th scope="row" className="left">
        <bdi>{actor}</bdi> <bdi className="faint">{number}</bdi>
      </th>
      <td data-name={texts.presence} className="left">
        <PresenceMark presence={presence} />
      </td>
      <td data-name={texts.since} title={formats.moment(since)}>
        {duration(now - since)}
      </td>
      <td data-name={texts.queues} className="left">
        {queues.map(({ queue, presence: here }) => (
          <a key={queue} className="tag" href={routeHash({ view: 'agents', queue })} title={texts.presences[here]}>
            <bdi>{queue === '' ? texts.noQueue : queue}</bdi>
          </a>
        ))}
      </td>
      <td data-name={texts.callId} className="left">
        {calls.map((callId) => (
          <a key={callId} href={routeHash({ view: 'calls', callId })}>
            <bdi>{callId}</bdi>
          </a>
        ))}
      </td>
    </tr>
  );
}
