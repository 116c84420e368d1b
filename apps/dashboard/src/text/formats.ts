/** Formats of times and numbers, in the language of the user and the time zone of the call centre. */
export interface Formats {
  readonly number: (value: number) => string;
  /** `ratio` from 0 to 1. */
  readonly percent: (ratio: number | null) => string;
  /** Hours, minutes and seconds. */
  readonly clock: (ms: number) => string;
  /** The same, with milliseconds unless they are 0. */
  readonly exact: (ms: number) => string;
  /** Date, hours, minutes and seconds. */
  readonly moment: (ms: number) => string;
  /** Begin of an interval: a day, or a time of a day. */
  readonly interval: (ms: number, length: string) => string;
  /** The same, with the day of the week. */
  readonly day: (ms: number) => string;
}

/** Stands for a missing number. */
const none = '–';

export function createFormats(language: string, timeZone: string | undefined): Formats {
  const zone = timeZone === undefined ? {} : { timeZone };
  const time = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
  const number = new Intl.NumberFormat(language);
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 });
  const clock = new Intl.DateTimeFormat(language, { ...time, ...zone });
  const exact = new Intl.DateTimeFormat(language, { ...time, ...zone, fractionalSecondDigits: 3 });
  const moment = new Intl.DateTimeFormat(language, {
    ...time,
    ...zone,
    day: '2-digit',
    month: 'short',
    year: 'numeric',
  });
  const dayOnly = new Intl.DateTimeFormat(language, { ...zone, day: '2-digit', month: '2-digit' });
  const monthOnly = new Intl.DateTimeFormat(language, { ...zone, month: 'short', year: 'numeric' });
  const ofDay = new Intl.DateTimeFormat(language, {
    ...zone,
    day: '2-digit',
    month: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const intervals: Readonly<Record<string, Intl.DateTimeFormat>> = { day: dayOnly, week: dayOnly, month: monthOnly };
  const day = new Intl.DateTimeFormat(language, {
    ...time,
    ...zone,
    weekday: 'long',
    day: '2-digit',
    month: 'short',
    year: 'numeric',
  });
  return {
    number: (value) => number.format(value),
    percent: (ratio) => (ratio === null ? none : percent.format(ratio)),
    clock: (ms) => clock.format(ms),
    exact: (ms) => (ms % 1_000 === 0 ? clock : exact).format(ms),
    moment: (ms) => moment.format(ms),
    interval: (ms, length) => (intervals[length] ?? ofDay).format(ms),
    day: (ms) => day.format(ms),
  };
}

/** `m:ss`; from one hour on `h:mm:ss`, from two days on days and hours. A negative duration counts as 0. */
export function duration(ms: number | null): string {
  if (ms === null) return none;
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const [hours, minutes, rest] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
