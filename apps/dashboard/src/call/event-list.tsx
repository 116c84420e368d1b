import { useMemo } from 'react';
import { useAppContext } from '../context.tsx';
import type { DecodedEvent } from './call-from-events.ts';
import { flagsOf } from './event-flags.ts';
import type { EventFlags } from './event-flags.ts';

/** Every event as it came, the last one in front, and all that is known of how it came. */
export function EventList({ events }: { readonly events: readonly DecodedEvent[] }) {
  const { texts } = useAppContext();
  const remarks = useMemo(() => flagsOf(events), [events]);
  return (
    <section className="panel events" aria-labelledby="events">
      <h2 id="events">
        {texts.events} <span className="count">{events.length}</span>
      </h2>
      <ol>
        {events
          .map((event, i) => ({ ...event, remarks: remarks[i] }))
          .toReversed()
          .map(({ listed, event, remarks: on }) => (
            <EventRow key={listed.uuid} {...{ listed, event }} remarks={on} />
          ))}
      </ol>
    </section>
  );
}

function EventRow({ listed, event, remarks }: DecodedEvent & { readonly remarks: EventFlags | undefined }) {
  const { texts, formats } = useAppContext();
  const receivedAt = Date.parse(listed.received_at);
  const at = event?.at ?? receivedAt;
  const type = typeof listed.event['type'] === 'string' ? listed.event['type'] : '';
  const names = remarks
    ? [
        remarks.isLate && texts.late,
        remarks.isOutOfOrder && texts.outOfOrder,
        remarks.isRepeated && texts.deliveries(listed.deliveries),
        remarks.isUnknown && texts.unknown,
        remarks.hasNoTime && texts.noTime,
        remarks.isAhead && texts.ahead,
      ].filter((name) => name !== false)
    : [];
  return (
    <li data-type={type}>
      <details>
        <summary>
          <time dateTime={new Date(at).toISOString()}>{formats.exact(at)}</time>
          <bdi className="event-type">{type}</bdi>
          <bdi className="event-what">{event?.actor ?? event?.queue ?? ''}</bdi>
          <span className="remarks">
            {names.map((name) => (
              <span key={name} className="remark">
                {name}
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
            <dt>{texts.place}</dt>
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
          {listed.body_bytes === undefined
            ? JSON.stringify(listed.event, null, 2)
            : texts.bodyTooLarge(formats.number(listed.body_bytes))}
        </pre>
      </details>
    </li>
  );
}
