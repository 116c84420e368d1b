import type { Call } from '@callstream/domain';
import { useAppContext } from '../context.tsx';
import { AgentName, QueueName } from '../names/named.tsx';
import { routeHash } from '../route.ts';
import { useRoute } from '../use-route.ts';
import { CallTimer } from './call-timer.tsx';
import { Phone } from './phone.tsx';
import { currentAgents, columnStates } from './call-list.ts';
import { StateMark } from './state-mark.tsx';

/** Limit of cards per column. */
const cardsMax = 60;

/** One column per state. */
export function CallColumns({ calls }: { readonly calls: readonly Call[] }) {
  const { texts, formats } = useAppContext();
  const { states } = useRoute();
  const shown = states.length === 0 ? columnStates : columnStates.filter((state) => states.includes(state));
  return (
    <div className="columns">
      {shown.map((state) => {
        const inState = calls.filter((call) => call.state === state);
        return (
          <section key={state} className="panel column" aria-label={texts.states[state]}>
            <h2>
              <StateMark state={state} /> <span className="count">{formats.number(inState.length)}</span>
            </h2>
            <ul>
              {inState.slice(0, cardsMax).map((call) => (
                <li key={call.callId} data-call={call.callId}>
                  <a className="card" href={routeHash({ view: 'calls', callId: call.callId })}>
                    <span className="card-first">
                      <Phone number={call.theirNumber ?? call.callId} />
                      <span className="timer">
                        <CallTimer call={call} />
                      </span>
                    </span>
                    {call.queue === null ? null : (
                      <span className="faint">
                        <QueueName queue={call.queue} />
                      </span>
                    )}
                    {currentAgents(call).map((actor) => (
                      <span key={actor} className="faint">
                        <AgentName actor={actor} />
                      </span>
                    ))}
                  </a>
                </li>
              ))}
            </ul>
            {inState.length > cardsMax ? <p className="faint">{texts.more(inState.length - cardsMax)}</p> : null}
          </section>
        );
      })}
    </div>
  );
}
