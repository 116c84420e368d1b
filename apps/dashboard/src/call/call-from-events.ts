import type { ListedEvent } from '@callstream/contracts';
import { decode, factSet, factsOf, play } from '@callstream/domain';
import type { Call, CallEvent } from '@callstream/domain';

/** A listed event, decoded by the domain. */
export interface DecodedEvent {
  readonly listed: ListedEvent;
  /** null if the body cannot be decoded; the event is listed nevertheless. */
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

/** Folds the listed events into a call; null if there are none. */
export function callFromEvents(callId: string, events: readonly DecodedEvent[]): Call | null {
  // A call_id sent as a JSON number may be formatted differently here than in the body.
  const facts = factSet(events.flatMap(({ event }) => (event ? factsOf({ ...event, callId }) : [])));
  return facts.length === 0 ? null : play(callId, facts);
}
