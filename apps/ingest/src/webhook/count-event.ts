import { clockReadingOf, defaultSource, isKind, similarKind } from '@callstream/domain';
import type { ParsedEvent } from '@callstream/domain';
import type { IngestMetrics } from '../metrics.ts';

export type EventMetrics = Pick<
  IngestMetrics,
  'accepted' | 'storeSeconds' | 'unknownTypes' | 'clocks' | 'countIfDuplicate'
>;

interface EventStorage {
  readonly uuid: string;
  readonly storedIn: 'kafka' | 'spool';
  /** ms since 1970. */
  readonly receivedAt: number;
  /** Time until it was stored. */
  readonly seconds: number;
}

/** Counts an event that was stored. */
export function countEvent(
  metrics: EventMetrics,
  { kind, source, at }: ParsedEvent,
  { uuid, storedIn, receivedAt, seconds }: EventStorage,
): void {
  metrics.storeSeconds.observe({ stored_in: storedIn }, seconds);
  metrics.accepted.inc({ stored_in: storedIn });
  // The type itself is a text of a stranger: as a label, it would have no bound.
  if (!isKind(kind)) metrics.unknownTypes.inc({ similar_to: similarKind(kind) ?? 'none' });
  metrics.clocks.inc({ source: source ?? defaultSource.name, clock: clockReadingOf(at, receivedAt) });
  metrics.countIfDuplicate(uuid);
}
