import type { ListedEvent } from '@callstream/contracts';
import { decode, factSet, factsOf, play } from '@callstream/domain';
import type { Call, CallEvent } from '@callstream/domain';

/** What stands in a list of events, read as everything else reads it. */
export interface DecodedEvent {
  readonly listed: ListedEvent;
  /** null if the body is no event for us; it is shown all the same. */
  readonly event: CallEvent | null;
}

const encoder = new TextEncoder();

export function decodeListedEvent(listed: ListedEvent): DecodedEvent {
  const decoded = decode({
    value: encoder.encode(JSON.stringify(listed.event)),
    partition: listed.partition,
    offset: listed.offset,
    receivedAt: Date.parse(listed.received_at),
    uuidOf: () => listed.uuid,
  });
  return { listed, event: 'event' in decoded ? decoded.event : null };
}

/** The call as the events tell it that the page has. null if there are none. */
export function callFromEvents(callId: string, events: readonly DecodedEvent[]): Call | null {
  // A call_id that was sent as a number may be written in another way than it was sent.
  const facts = factSet(events.flatMap(({ event }) => (event ? factsOf({ ...event, callId }) : [])));
  return facts.length === 0 ? null : play(callId, facts);
}
