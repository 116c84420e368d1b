import type { ListedEvent } from '@callstream/contracts';
import { callOf, decode, join } from '@callstream/domain';
import type { Call, CallEvent } from '@callstream/domain';

/** What stands in a list of events, read as everything else reads it. */
export interface ReadEvent {
  readonly listed: ListedEvent;
  /** null if the body is no event for us; it is shown all the same. */
  readonly event: CallEvent | null;
}

const encoder = new TextEncoder();

export function readEvent(listed: ListedEvent): ReadEvent {
  const decoded = decode({
    value: encoder.encode(JSON.stringify(listed.event)),
    partition: listed.partition,
    offset: listed.offset,
    receivedAt: Date.parse(listed.received_at),
    uuidOf: () => listed.uuid,
  });
  return { listed, event: 'event' in decoded ? decoded.event : null };
}

/** A call is the join of its events: here of those that the page has. null if there are none. */
export function callOfEvents(callId: string, events: readonly ReadEvent[]): Call | null {
  const said = events.flatMap(({ event }) => {
    // A call_id that was sent as a number may be written in another way than it was sent.
    const call = event && callOf({ ...event, callId });
    return call ? [call] : [];
  });
  return said.length === 0 ? null : said.reduce(join);
}
