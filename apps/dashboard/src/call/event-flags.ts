import { isKind, parseTime } from '@callstream/domain';
import type { DecodedEvent } from './call-from-events.ts';

/** An event is late that was received so long after its own time, in ms: the provider's clock tells seconds. */
const lateAfterMs = 10_000;

/** What is worth knowing of an event that came otherwise than one would expect. */
export interface EventFlags {
  readonly isLate: boolean;
  /** An event that is later by its own time had come before it. */
  readonly isOutOfOrder: boolean;
  readonly isRepeated: boolean;
  readonly isUnknown: boolean;
  readonly hasNoTime: boolean;
  /** Its own time was too far ahead to be believed: it counts as received. */
  readonly isAhead: boolean;
}

/** Remarks on each event, in the order in which they came. */
export function flagsOf(events: readonly DecodedEvent[]): EventFlags[] {
  let latest = -Infinity;
  return events.map(({ listed, event }) => {
    const at = event?.at ?? null;
    // Of a body that is too large for an answer the time is not known here.
    const hasNoTime = listed.body_bytes === undefined && parseTime(listed.event['timestamp']) === null;
    const isOutOfOrder = at !== null && !hasNoTime && at < latest;
    if (at !== null && !hasNoTime) latest = Math.max(latest, at);
    return {
      isLate: at !== null && (event?.receivedAt ?? at) - at >= lateAfterMs,
      isOutOfOrder,
      isRepeated: listed.deliveries > 1,
      isUnknown: event === null || !isKind(event.kind),
      hasNoTime,
      isAhead: event?.clock === 'ahead',
    };
  });
}
