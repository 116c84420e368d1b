import { isKind } from '@callstream/domain';
import type { DecodedEvent } from './call-from-events.ts';

/** An event is late if it is received this long after its timestamp, in ms. Timestamps have a resolution of one second. */
const lateAfterMs = 10_000;

/** What is unusual about an event. */
export interface EventFlags {
  readonly isLate: boolean;
  /** An event with a later timestamp was received before it. */
  readonly isOutOfOrder: boolean;
  /** Delivered more than once. */
  readonly isDuplicate: boolean;
  /** Its type is not documented. */
  readonly isUnknownType: boolean;
  /** It has no valid timestamp. */
  readonly hasNoTime: boolean;
  /** Its timestamp is too far in the future, so its time of reception counts. */
  readonly isClockAhead: boolean;
}

/** Flags of each event; `events` are in the order of reception. */
export function flagsOf(events: readonly DecodedEvent[]): EventFlags[] {
  let latest = -Infinity;
  return events.map(({ listed, event }) => {
    const at = event?.at ?? null;
    // A body that is too large for an answer has no timestamp here.
    const hasNoTime = (listed.body_bytes === undefined || listed.facts !== undefined) && event?.ownAt === null;
    const isOutOfOrder = at !== null && !hasNoTime && at < latest;
    if (at !== null && !hasNoTime) latest = Math.max(latest, at);
    return {
      isLate: at !== null && (event?.receivedAt ?? at) - at >= lateAfterMs,
      isOutOfOrder,
      isDuplicate: listed.deliveries > 1,
      isUnknownType: event === null || !isKind(event.kind),
      hasNoTime,
      isClockAhead: event?.clock === 'ahead',
    };
  });
}
