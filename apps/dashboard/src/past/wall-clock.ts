/** Times as a person in the call centre's time zone writes them: `2026-03-02T10:40:12`, as `<input type="datetime-local">` has them. */

const dayMs = 86_400_000;

/** What the clocks of a time zone show at a moment, in ms since 1970; without a zone, those of this PC. */
export function wallClockOf(at: number, timeZone: string | undefined): string {
  const format = new Intl.DateTimeFormat('en-US', {
    ...(timeZone === undefined ? {} : { timeZone }),
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const { year = '', month = '', day = '', hour = '', minute = '', second = '' } = parts;
  return `${year.padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${second}`;
}

/**
 * The moment at which the clocks of a time zone show this, in ms since 1970; null if the text is no time. Of an hour that comes
 * twice, one of both; of an hour that summer time skips, the time that clocks show instead.
 */
export function momentOfWallClock(text: string, timeZone: string | undefined): number | null {
  const asUtc = Date.parse(`${text}Z`);
  if (Number.isNaN(asUtc)) return null;
  const offsetAt = (at: number): number => Date.parse(`${wallClockOf(at, timeZone)}Z`) - at;
  // Offsets change by an hour or so: the second guess is made with the offset of about the right time.
  const guess = asUtc - offsetAt(asUtc);
  const moment = asUtc - offsetAt(guess);
  // Of a skipped hour, the offset before leads to after it, and that after it to before: a skipped midnight is on the day after.
  return Math.max(moment, asUtc - offsetAt(moment));
}

/** The day of a moment in a time zone: its first moment, and that of the next day. */
export function dayOf(at: number, timeZone: string | undefined): { readonly from: number; readonly to: number } {
  const startOf = (moment: number): number =>
    momentOfWallClock(`${wallClockOf(moment, timeZone).slice(0, 10)}T00:00:00`, timeZone) ?? moment;
  const from = startOf(at);
  // 36 hours later is always the next day, also if a day has 23 or 25 hours.
  return { from, to: startOf(from + 1.5 * dayMs) };
}
