/**
 * Whether the identity of an event with this `timestamp` is computed without the reception. Frozen: a change here would give
 * stored events other uuids at the next rebuild. Formats that `parseTime` learns later must not be added.
 */
export function isIdentityTime(value: unknown): boolean {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return false;
  if (text.length === 10 && digits.test(text)) return isUsable(Number(text) * 1000);
  if (text.length === 13 && digits.test(text)) return isUsable(Number(text));
  return rfc3339.test(text) && isUsable(momentOf(text));
}

const digits = /^\d+$/;
const rfc3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)?$/;

/** The years 2000 to 2099. */
const isUsable = (ms: number): boolean => ms >= 946_684_800_000 && ms < 4_102_444_800_000;

/** In ms since 1970, without a fraction; NaN if the calendar or the clock has no such moment. */
function momentOf(text: string): number {
  const year = numberAt(text, 0) * 100 + numberAt(text, 2);
  const [month, day] = [numberAt(text, 5), numberAt(text, 8)];
  const [hour, minute, second] = [numberAt(text, 11), numberAt(text, 14), numberAt(text, 17)];
  if (hour > 23 || minute > 59 || second > 59 || month < 1 || month > 12 || day < 1) return NaN;
  if (day > 28 && new Date(Date.UTC(year, month - 1, day)).getUTCDate() !== day) return NaN;
  const sign = text.charAt(text.length - 6);
  if (sign !== '+' && sign !== '-') return Date.UTC(year, month - 1, day, hour, minute, second);
  const [offsetHours, offsetMinutes] = [numberAt(text, text.length - 5), numberAt(text, text.length - 2)];
  if (offsetHours > 23 || offsetMinutes > 59) return NaN;
  const offset = (sign === '-' ? -1 : 1) * (offsetHours * 60 + offsetMinutes);
  return Date.UTC(year, month - 1, day, hour, minute - offset, second);
}

/** The number in two digits. On the hot path: capture groups of the regular expression take ten times as long. */
const numberAt = (text: string, from: number): number =>
  (text.charCodeAt(from) - 0x30) * 10 + text.charCodeAt(from + 1) - 0x30;
