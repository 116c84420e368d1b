import { useId, useMemo } from 'react';
import type { ReactNode } from 'react';
import { PresenceMark } from '../agents/presence-mark.tsx';
import { StateMark } from '../calls/state-mark.tsx';
import { useAppContext } from '../context.tsx';
import { AgentName, QueueName } from '../names/named.tsx';
import { routeHash } from '../route.ts';
import { useRoute } from '../use-route.ts';
import { differenceOf } from './difference.ts';
import type { BoardDifference } from './difference.ts';
import { useBothBoards } from './use-past-board.ts';

/** Most rows that are shown. */
const shownMax = 200;

/** What events that came later changed of a moment: what was known of it then, beside what is known now. */
export function DifferenceTable({ at }: { readonly at: number }) {
  const { texts } = useAppContext();
  const { queue } = useRoute();
  const id = useId();
  const { boards, problem } = useBothBoards(at);
  const difference = useMemo(() => boards && differenceOf(boards.then, boards.now, queue), [boards, queue]);
  const { past } = texts;
  const rows = difference === null ? [] : rowsOf(difference, past);
  return (
    <section className="panel difference" aria-labelledby={id}>
      <h2 id={id}>{past.difference}</h2>
      {problem === null ? null : (
        <p className="problem" role="alert">
          {past.failed(problem)}
        </p>
      )}
      {difference?.isCut === true ? <p className="faint">{past.differenceCut}</p> : null}
      {difference === null || rows.length > 0 ? null : <p className="faint">{past.noDifference}</p>}
      {rows.length === 0 ? null : (
        <div className="scroll" role="group" aria-labelledby={id} tabIndex={0}>
          <table>
            <thead>
              <tr>
                <td />
                <th scope="col" className="left">
                  {past.then}
                </th>
                <th scope="col" className="left">
                  {past.now}
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.slice(0, shownMax).map(({ key, name, then, now }) => (
                <tr key={key} data-difference={key}>
                  <th scope="row" className="left">
                    {name}
                  </th>
                  <td className="left">{then}</td>
                  <td className="left">{now}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {rows.length > shownMax ? <p className="faint">{texts.more(rows.length - shownMax)}</p> : null}
    </section>
  );
}

interface DifferenceRow {
  readonly key: string;
  readonly name: ReactNode;
  readonly then: ReactNode;
  readonly now: ReactNode;
}

function rowsOf({ queues, calls, agents }: BoardDifference, texts: PastTexts): readonly DifferenceRow[] {
  return [
    ...queues.map(({ queue, number, then, now }) => ({
      key: `queue ${queue} ${number}`,
      name: (
        <>
          <QueueName queue={queue} /> {texts.queueNumbers[number]}
        </>
      ),
      then: then ?? 0,
      now: now ?? 0,
    })),
    ...calls.map(({ callId, then, now }) => ({
      key: `call ${callId}`,
      name: (
        <a className="leads" href={routeHash({ callId })}>
          <bdi>{callId}</bdi>
        </a>
      ),
      then: <CallThen call={then} />,
      now: <CallThen call={now} />,
    })),
    ...agents.map(({ actor, then, now }) => ({
      key: `agent ${actor}`,
      name: <AgentName actor={actor} />,
      then: then === null ? texts.notOnBoard : <PresenceMark presence={then} />,
      now: now === null ? texts.notOnBoard : <PresenceMark presence={now} />,
    })),
  ];
}

type PastTexts = ReturnType<typeof useAppContext>['texts']['past'];

function CallThen({ call }: { readonly call: BoardDifference['calls'][number]['then'] }) {
  const { past } = useAppContext().texts;
  if (call === null) return past.notOnBoard;
  return (
    <>
      <StateMark state={call.state} /> <QueueName queue={call.queue} />{' '}
      {call.actors.map((actor) => (
        <AgentName key={actor} actor={actor} />
      ))}
    </>
  );
}
