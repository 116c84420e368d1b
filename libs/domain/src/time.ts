const rfc3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:?\d\d)?$/;
/** Compares the length first: nearly all texts fail there, without the regular expression. */
const isDigits = (text: string, count: number): boolean => text.length === count && /^\d+$/.test(text);

/** First and last usable time, in ms since 1970: the years 2000 to 2099. */
const timeMin = Date.UTC(2000, 0, 1);
const timeMax = Date.UTC(2100, 0, 1) - 1;

/**
 * Parses a time of a provider to ms since 1970, truncated; null if it is not usable. Reads RFC 3339 with a valid calendar day
 * (without an offset it is UTC; an offset may lack its colon), 10 digits (seconds), and 13 digits (milliseconds).
 */
export function parseTime(value: unknown): number | null {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return null;
  const ms = isDigits(text, 10) ? Number(text) * 1000 : isDigits(text, 13) ? Number(text) : parseRfc3339(text);
  return ms !== null && ms >= timeMin && ms <= timeMax ? ms : null;
}

function parseRfc3339(text: string): number | null {
  if (!rfc3339.test(text)) return null;
  const year = digitsAt(text, 0, 4);
  const month = digitsAt(text, 5, 2);
  const day = digitsAt(text, 8, 2);
  const hour = digitsAt(text, 11, 2);
  const minute = digitsAt(text, 14, 2);
  const second = digitsAt(text, 17, 2);
  if (hour > 23 || minute > 59 || second > 59) return null;
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return null;
  const zone = zoneAt(text);
  const offset = offsetMinutes(text.slice(zone));
  if (offset === null) return null;
  const ms = Number(text.slice(20, zone).slice(0, 3).padEnd(3, '0'));
  return Date.UTC(year, month - 1, day, hour, minute - offset, second, ms);
}

/** The number in the `length` digits at `from`; the text is known to have them. */
function digitsAt(text: string, from: number, length: number): number {
  let number = 0;
  for (let i = from; i < from + length; i++) number = number * 10 + text.charCodeAt(i) - 0x30;
  return number;
}

/** Index of the offset, after the seconds and their fraction. */
function zoneAt(text: string): number {
  if (text.charCodeAt(19) !== 0x2e) return 19;
  let i = 20;
  while (i < text.length && text.charCodeAt(i) <= 0x39 && text.charCodeAt(i) >= 0x30) i++;
  return i;
}

const daysOf = (year: number, month: number): number =>
  month === 2 ? (isLeap(year) ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

function offsetMinutes(text: string): number | null {
  if (text === '' || text === 'Z' || text === 'z') return 0;
  const hours = Number(text.slice(1, 3));
  const minutes = Number(text.slice(-2));
  if (hours > 23 || minutes > 59) return null;
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

/** `ms` clamped to the usable years, which the tables can store: a foreign producer may write any number. */
export function clampTime(ms: number): number {
  return Number.isFinite(ms) ? Math.trunc(Math.min(Math.max(ms, timeMin), timeMax)) : timeMin;
}
