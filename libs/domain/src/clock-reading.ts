/**
 * How the own time of an event compares to its reception. `none`: it has no usable one. `ahead`: it is after the reception.
 * `late`: the event came long after it.
 */
export const clockReadings = ['none', 'ahead', 'late', 'on_time'] as const;
export type ClockReading = (typeof clockReadings)[number];

/** An own time further after the reception is ahead, in ms: own times may be rounded to a second. */
export const aheadAfterMs = 1_000;
/** An event that is received longer after its own time is late, in ms. */
export const lateAfterMs = 10_000;

/** @param ownAt the own time as sent, in ms since 1970, also if it is not believed; null: it has no usable one */
export function clockReadingOf(ownAt: number | null, receivedAt: number): ClockReading {
  if (ownAt === null) return 'none';
  const delayMs = receivedAt - ownAt;
  if (delayMs < -aheadAfterMs) return 'ahead';
  return delayMs > lateAfterMs ? 'late' : 'on_time';
}
