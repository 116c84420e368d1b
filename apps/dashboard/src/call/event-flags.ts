import { clockReadingOf, delegatorSourceName, isDelegationKind, isKind } from '@callstream/domain';
import type { DecodedEvent } from './call-from-events.ts';

/** What is unusual about an event. */
export interface EventFlags {
  /** Received long after its timestamp. */
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
      isLate: event !== null && event.clock !== 'imported' && clockReadingOf(event.ownAt, event.receivedAt) === 'late',
      isOutOfOrder,
      isDuplicate: listed.deliveries > 1,
      isUnknownType: event === null || !isKind(event.kind) || isForgedDelegation(listed.source, event.kind),
      hasNoTime,
      isClockAhead: event?.clock === 'ahead',
    };
  });
}

/** In a webhook, a type of the delegator means nothing. */
const isForgedDelegation = (source: string | undefined, kind: string): boolean =>
  isDelegationKind(kind) && source !== delegatorSourceName;
