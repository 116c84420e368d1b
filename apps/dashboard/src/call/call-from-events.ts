import type { EventWithBody } from '@callstream/client';
import { callOfLive, liveCallOf } from '@callstream/contracts/live-call-of';
import type { ReceivedCall } from '@callstream/contracts/live-call-of';
import { decode, eventOfFacts, factSet, factsOf, play } from '@callstream/domain';
import type { StatingEvent } from '@callstream/domain';

/** A listed event, decoded by the domain. */
export interface DecodedEvent {
  readonly listed: EventWithBody;
  /** null if the body cannot be decoded; the event is listed nevertheless. */
  readonly event: StatingEvent | null;
}

const encoder = new TextEncoder();

export function decodeListedEvent(listed: EventWithBody): DecodedEvent {
  const { id, uuid, aggregate_id: callId } = listed;
  const receivedAt = Date.parse(listed.received_at);
  const [first, ...others] = listed.facts ?? [];
  if (first) return { listed, event: eventOfFacts({ uuid, id, callId, receivedAt }, [first, ...others]) };
  const decoded = decode({
    value: encoder.encode(listed.body),
    source: null,
    sourceName: listed.source_name ?? null,
    partition: listed.partition,
    offset: listed.offset,
    receivedAt,
    uuidOf: () => uuid,
  });
  return { listed, event: 'event' in decoded ? decoded.event : null };
}

/** Folds the listed events into a call, with as many visits and segments as one of the board; null if there are none. */
export function callFromEvents(callId: string, events: readonly DecodedEvent[]): ReceivedCall | null {
  // A call_id sent as a JSON number may be formatted differently here than in the body.
  const facts = factSet(events.flatMap(({ event }) => (event ? factsOf({ ...event, callId }) : [])));
  return facts.length === 0 ? null : callOfLive(liveCallOf(play(callId, facts)));
}
