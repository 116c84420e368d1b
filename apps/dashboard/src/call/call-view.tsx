import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { CallEvents, EventWithBody } from '@callstream/client';
import type { Call } from '@callstream/domain';
import { CallDuration, CallTimer } from '../calls/call-timer.tsx';
import { Phone } from '../calls/phone.tsx';
import { StateMark } from '../calls/state-mark.tsx';
import { useCalls, useAppContext, useTexts } from '../context.tsx';
import { Notice } from '../frame/notice.tsx';
import { QueueName } from '../names/named.tsx';
import { routeHash } from '../route.ts';
import { callFromEvents, decodeListedEvent } from './call-from-events.ts';
import { EventList } from './event-list.tsx';
import { Timeline } from './timeline.tsx';

/** The page of one call: its state, timeline and events, live. */
export function CallView({ callId }: { readonly callId: string }) {
  const texts = useTexts();
  const { events, isLoaded, subscription } = useEvents(callId);
  const onBoard = useCalls().find((call) => call.callId === callId);
  const decoded = useMemo(() => events.map(decodeListedEvent), [events]);
  const call = useMemo(() => onBoard ?? callFromEvents(callId, decoded), [onBoard, callId, decoded]);
  return (
    <article className="call">
      <a className="back" href={routeHash({ view: 'calls' })}>
        <span aria-hidden>←</span> {texts.back}
      </a>
      {call ? (
        <>
          <CallSummary call={call} />
          <Timeline call={call} events={decoded} />
          {call.more ? <p className="faint">{texts.moreOnCall}</p> : null}
          <EventList events={decoded} />
          {subscription?.hasOlder() ? <OlderEvents events={subscription} /> : null}
        </>
      ) : isLoaded ? (
        <Notice title={texts.noSuchCall} text={texts.noSuchCallWhy} />
      ) : (
        <Notice title={texts.loading} isDelayed />
      )}
    </article>
  );
}

const noEvents: readonly EventWithBody[] = [];
const subscribeToNothing = (): (() => void) => () => undefined;

/** Notice that there are older events, which loads them on demand. */
function OlderEvents({ events }: { readonly events: CallEvents }) {
  const texts = useTexts();
  const [problem, setProblem] = useState<string | null>(null);
  const load = (): void => {
    setProblem(null);
    events.loadOlder().catch((error: unknown) => setProblem(String(error)));
  };
  return (
    <p className="faint">
      {texts.olderEvents} <button onClick={load}>{texts.loadOlder}</button> {problem}
    </p>
  );
}

interface ShownEvents {
  readonly events: readonly EventWithBody[];
  /** The gateway has answered. */
  readonly isLoaded: boolean;
  readonly subscription: CallEvents | null;
}

/** Subscribes to the events of a call; there are none before the gateway has answered. */
function useEvents(callId: string): ShownEvents {
  const { client } = useAppContext().gateway;
  const [subscription, setSubscription] = useState<CallEvents | null>(null);
  const [isLoaded, setLoaded] = useState(false);
  useEffect(() => {
    const unsubscribe = client.on('CallEvents', ({ data }) => {
      if (data.call_id === callId) setLoaded(true);
    });
    const callEvents = client.watchCall(callId);
    setSubscription(callEvents);
    return () => {
      unsubscribe();
      callEvents[Symbol.dispose]();
    };
  }, [client, callId]);
  const events = useSyncExternalStore(
    subscription?.subscribe ?? subscribeToNothing,
    () => subscription?.get() ?? noEvents,
  );
  return { events, isLoaded, subscription };
}

function CallSummary({ call }: { readonly call: Call }) {
  const { texts, formats } = useAppContext();
  const { callId, queue, waitingAt, answeredAt, finishedAt, abandonedAt, code } = call;
  const { theirNumber, ourNumber, direction, recordingUrl } = call;
  const field = (name: string, value: React.ReactNode) => (
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
        {field(texts.callId, <bdi>{callId}</bdi>)}
        {field(texts.queue, <QueueName queue={queue} />)}
        {direction === null ? null : field(texts.direction, <bdi>{direction}</bdi>)}
        {ourNumber === null ? null : field(texts.ourNumber, <Phone number={ourNumber} />)}
        {code === null ? null : field(texts.code, <bdi>{code}</bdi>)}
        {waitingAt === null ? null : field(texts.queuedAt, formats.moment(waitingAt))}
        {answeredAt === null ? null : field(texts.answeredAt, formats.clock(answeredAt))}
        {abandonedAt === null ? null : field(texts.abandonedAt, formats.clock(abandonedAt))}
        {finishedAt === null ? null : field(texts.finishedAt, formats.clock(finishedAt))}
        {field(texts.callDuration, <CallDuration call={call} />)}
        {recordingUrl === null ? null : field(texts.recording, <Recording url={recordingUrl} />)}
      </dl>
    </header>
  );
}

/** A link only for http(s): the URL is from an event, and a `javascript:` URL must not run on a click. */
function Recording({ url }: { readonly url: string }) {
  const texts = useTexts();
  const parsed = URL.parse(url);
  if (!parsed || !['https:', 'http:'].includes(parsed.protocol)) return <bdi>{url}</bdi>;
  return (
    <a href={parsed.href} target="_blank" rel="noopener noreferrer">
      {texts.recording} <bdi className="faint">{parsed.host}</bdi>
    </a>
  );
}
