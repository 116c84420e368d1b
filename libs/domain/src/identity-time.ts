/**
 * Whether the identity of an event leaves its reception out, because its `timestamp` is one that identities know. Frozen:
 * it must give for ever what it gave when an event was first stored, or a rebuild makes other uuids of the same log. What
 * `parseTime` learns to read later does not belong here.
 */
export function isIdentityTime(value: unknown): boolean {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return false;
  if (text.length === 10 && digits.test(text)) return isUsable(Number(text) * 1000);
  if (text.length === 13 && digits.test(text)) return isUsable(Number(text));
  const fields = rfc3339.exec(text);
  return fields !== null && isUsable(momentOf(fields));
}

const digits = /^\d+$/;
const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))?$/;

/** The years 2000 to 2099. */
const isUsable = (ms: number): boolean => ms >= 946_684_800_000 && ms < 4_102_444_800_000;

/** In ms since 1970; NaN if the calendar or the clock has no such moment. */
function momentOf([, ...fields]: RegExpExecArray): number {
  const [year, month, day, hour, minute, second] = fields.slice(0, 6).map(Number) as [
    number, number, number, number, number, number,
  ]; // prettier-ignore
  const ms = Number((fields[6] ?? '').slice(0, 3).padEnd(3, '0'));
  const [offsetHours, offsetMinutes] = [Number(fields[8] ?? 0), Number(fields[9] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59 || offsetHours > 23 || offsetMinutes > 59) return NaN;
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return NaN;
  const offset = (fields[7] === '-' ? -1 : 1) * (offsetHours * 60 + offsetMinutes);
  return Date.UTC(year, month - 1, day, hour, minute - offset, second, ms);
}
