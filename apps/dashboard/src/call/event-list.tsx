import { useMemo } from 'react';
import { isDelegationKind } from '@callstream/domain';
import type { StatingEvent } from '@callstream/domain';
import { useAppContext } from '../context.tsx';
import { AgentName, QueueName } from '../names/named.tsx';
import type { DecodedEvent } from './call-from-events.ts';
import { flagsOf } from './event-flags.ts';
import type { EventFlags } from './event-flags.ts';
import { indentJson } from './indent-json.ts';

/** Every event as received, newest first, with its flags. */
export function EventList({ events }: { readonly events: readonly DecodedEvent[] }) {
  const { texts } = useAppContext();
  const flags = useMemo(() => flagsOf(events), [events]);
  return (
    <section className="panel events" aria-labelledby="events">
      <h2 id="events">
        {texts.events} <span className="count">{events.length}</span>
      </h2>
      <ol>
        {events
          .map((event, i) => ({ ...event, flags: flags[i] }))
          .toReversed()
          .map((row) => (
            <EventRow key={row.listed.uuid} {...row} />
          ))}
      </ol>
    </section>
  );
}

/** The agent of an event, else its queue; where the delegator sent the call. */
function Subject({ event: { kind, actor, queue, destination } }: { readonly event: StatingEvent }) {
  if (isDelegationKind(kind) && destination !== null) return <QueueName queue={destination} />;
  if (actor !== null) return <AgentName actor={actor} />;
  return queue === null ? null : <QueueName queue={queue} />;
}

function EventRow({ listed, event, flags }: DecodedEvent & { readonly flags: EventFlags | undefined }) {
  const { texts, formats } = useAppContext();
  const body = useMemo(() => indentJson(listed.body), [listed.body]);
  const receivedAt = Date.parse(listed.received_at);
  const at = event?.at ?? receivedAt;
  // Bodies of other sources have no type that would mean anything here.
  const sent = listed.facts ? event?.kind : listed.event['type'];
  const type = typeof sent === 'string' ? sent : '';
  const labels = flags
    ? [
        flags.isLate && texts.late,
        flags.isOutOfOrder && texts.outOfOrder,
        flags.isDuplicate && texts.deliveries(listed.deliveries),
        flags.isUnknownType && texts.unknownType,
        flags.hasNoTime && texts.noTime,
        flags.isClockAhead && texts.clockAhead,
      ].filter((label) => label !== false)
    : [];
  return (
    <li data-type={type}>
      <details>
        <summary>
          <time dateTime={new Date(at).toISOString()}>{formats.exact(at)}</time>
          <bdi className="event-type">{type}</bdi>
          <span className="event-subject">{event ? <Subject event={event} /> : null}</span>
          <span className="event-flags">
            {labels.map((label) => (
              <span key={label} className="event-flag">
                {label}
              </span>
            ))}
          </span>
        </summary>
        <dl className="facts">
          <div>
            <dt>{texts.received}</dt>
            <dd>
              {formats.moment(receivedAt)}{' '}
              <span className="faint">{texts.after(formats.number((receivedAt - at) / 1_000))}</span>
            </dd>
          </div>
          <div>
            <dt>{texts.logPosition}</dt>
            <dd>
              <bdi>{listed.topic}</bdi> / {listed.partition} / {listed.offset}
            </dd>
          </div>
          <div>
            <dt>uuid</dt>
            <dd>{listed.uuid}</dd>
          </div>
        </dl>
        <pre dir="auto" aria-label={texts.body}>
          {listed.body_bytes === undefined ? body : texts.bodyTooLarge(formats.number(listed.body_bytes))}
        </pre>
      </details>
    </li>
  );
}
