import type { SourceEvent } from '../source.ts';
import type { AmiEvent } from './ami-event.ts';

const timestamp = /^(\d{10})\.(\d{6})$/;

/** First and last usable second: the years 2000 to 2099. */
const secondsMin = 946_684_800;
const secondsMax = 4_102_444_799;

/**
 * Time and identity of an event. With a `Timestamp` (`timestampevents=yes`) its bytes are its identity. Without one, events are
 * often equal byte for byte, so a connector adds its connection and a count, and they are a part of the bytes. Frozen: a
 * change would give stored events other uuids.
 */
export function identityOf({ field }: AmiEvent, count: unknown): Pick<SourceEvent, 'at' | 'isTimed'> {
  const [, seconds = '', micros = ''] = timestamp.exec(field('Timestamp') ?? '') ?? [];
  const isUsable = Number(seconds) >= secondsMin && Number(seconds) <= secondsMax;
  if (isUsable) return { at: Number(seconds) * 1_000 + Number(micros.slice(0, 3)), isTimed: true };
  return { at: null, isTimed: field('CallstreamConnection') !== null && Number.isSafeInteger(count) };
}
