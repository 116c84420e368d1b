const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)?$/;
const unixSeconds = /^\d{10}$/;
const unixMilliseconds = /^\d{13}$/;

/** First and last moment that counts as a usable time, in ms since 1970: the years 2000 to 2099. */
const timeMin = Date.UTC(2000, 0, 1);
const timeMax = Date.UTC(2100, 0, 1) - 1;

/**
 * The moment that the provider's text means, in ms since 1970, truncated; null if it is no usable time.
 * RFC 3339 with a real calendar day (no offset means UTC), or 10 digits (seconds), or 13 (milliseconds).
 */
export function parseTime(value: unknown): number | null {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return null;
  const ms = unixSeconds.test(text)
    ? Number(text) * 1000
    : unixMilliseconds.test(text)
      ? Number(text)
      : parseRfc3339(text);
  return ms !== null && ms >= timeMin && ms <= timeMax ? ms : null;
}

function parseRfc3339(text: string): number | null {
  const parts = rfc3339.exec(text);
  if (!parts) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (hour > 23 || minute > 59 || second > 59) return null;
  const midnight = Date.UTC(year, month - 1, day);
  const date = new Date(midnight);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  const offset = offsetMinutes(parts[8]);
  if (offset === null) return null;
  const ms = Number((parts[7] ?? '').slice(0, 3).padEnd(3, '0'));
  return midnight + ((hour * 60 + minute - offset) * 60 + second) * 1000 + ms;
}

function offsetMinutes(text: string | undefined): number | null {
  if (text === undefined || text === 'Z' || text === 'z') return 0;
  const hours = Number(text.slice(1, 3));
  const minutes = Number(text.slice(4, 6));
  if (hours > 23 || minutes > 59) return null;
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

/** `value` as a moment that the tables can hold, whatever a foreign producer wrote: clamped to the usable years. */
export function clampTime(ms: number): number {
  return Number.isFinite(ms) ? Math.trunc(Math.min(Math.max(ms, timeMin), timeMax)) : timeMin;
}
