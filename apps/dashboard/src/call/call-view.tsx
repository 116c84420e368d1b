import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { CallEvents } from '@callstream/client';
import type { ListedEvent } from '@callstream/contracts';
import type { Call } from '@callstream/domain';
import { CallAge, CallTimer } from '../calls/call-timer.tsx';
import { Phone } from '../calls/phone.tsx';
import { StateMark } from '../calls/state-mark.tsx';
import { useCalls, useAppContext, useTexts } from '../context.tsx';
import { Notice } from '../frame/notice.tsx';
import { routeHash } from '../route.ts';
import { callFromEvents, decodeListedEvent } from './call-from-events.ts';
import { EventList } from './event-list.tsx';
import { Recording } from './recording.tsx';
import { Timeline } from './timeline.tsx';

/** Everything that happened on one call, while it happens. */
export function CallView({ callId }: { readonly callId: string }) {
  const texts = useTexts();
  const { events, isAnswered, watched } = useEvents(callId);
  const onBoard = useCalls().find((call) => call.callId === callId);
  const read = useMemo(() => events.map(decodeListedEvent), [events]);
  const call = onBoard ?? callFromEvents(callId, read);
  return (
    <article className="call">
      <a className="back" href={routeHash({ view: 'calls' })}>
        <span aria-hidden>←</span> {texts.back}
      </a>
      {call ? (
        <>
          <Facts call={call} />
          <Timeline call={call} events={read} />
          <EventList events={read} />
          {watched?.hasOlder() ? <OlderEvents events={watched} /> : null}
        </>
      ) : isAnswered ? (
        <Notice title={texts.noSuchCall} text={texts.noSuchCallWhy} />
      ) : (
        <Notice title={texts.loading} isQuiet />
      )}
    </article>
  );
}

const noEvents: readonly ListedEvent[] = [];
const nothing = (): (() => void) => () => undefined;

/** Says that there are older events, and gets them. */
function OlderEvents({ events }: { readonly events: CallEvents }) {
  const texts = useTexts();
  const [problem, setProblem] = useState<string | null>(null);
  const load = (): void => {
    setProblem(null);
    events.loadOlder().catch((error: unknown) => setProblem(String(error)));
  };
  return (
    <p className="faint">
      {texts.eventsOlder} <button onClick={load}>{texts.loadOlder}</button> {problem}
    </p>
  );
}

interface ShownEvents {
  readonly events: readonly ListedEvent[];
  readonly isAnswered: boolean;
  readonly watched: CallEvents | null;
}

/** The events so far and those to come; none before the gateway has answered. */
function useEvents(callId: string): ShownEvents {
  const { client } = useAppContext().gateway;
  const [watched, setWatched] = useState<CallEvents | null>(null);
  const [isAnswered, setAnswered] = useState(false);
  useEffect(() => {
    const leave = client.on('CallEvents', ({ data }) => {
      if (data.call_id === callId) setAnswered(true);
    });
    const events = client.watchCall(callId);
    setWatched(events);
    return () => {
      leave();
      events[Symbol.dispose]();
    };
  }, [client, callId]);
  const events = useSyncExternalStore(watched?.subscribe ?? nothing, () => watched?.get() ?? noEvents);
  return { events, isAnswered, watched };
}

function Facts({ call }: { readonly call: Call }) {
  const { texts, formats } = useAppContext();
  const { callId, queue, waitingAt, answeredAt, finishedAt, abandonedAt, code } = call;
  const { theirNumber, ourNumber, direction, recordingUrl } = call;
  const fact = (name: string, value: React.ReactNode) => (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
  return (
    <header className="call-head">
      <h1>
        <Phone number={theirNumber ?? callId} />
      </h1>
      <p className="call-state">
        <StateMark state={call.state} /> <CallTimer call={call} />
      </p>
      <dl className="facts">
        {fact(texts.callId, <bdi>{callId}</bdi>)}
        {fact(texts.queue, <bdi>{queue ?? texts.noQueue}</bdi>)}
        {direction === null ? null : fact(texts.direction, <bdi>{direction}</bdi>)}
        {ourNumber === null ? null : fact(texts.ourNumber, <Phone number={ourNumber} />)}
        {code === null ? null : fact(texts.code, <bdi>{code}</bdi>)}
        {waitingAt === null ? null : fact(texts.waiting, formats.moment(waitingAt))}
        {answeredAt === null ? null : fact(texts.answered, formats.clock(answeredAt))}
        {abandonedAt === null ? null : fact(texts.abandoned, formats.clock(abandonedAt))}
        {finishedAt === null ? null : fact(texts.states.FINISHED, formats.clock(finishedAt))}
        {fact(texts.length, <CallAge call={call} />)}
        {recordingUrl === null ? null : fact(texts.recording, <Recording url={recordingUrl} />)}
      </dl>
    </header>
  );
}
