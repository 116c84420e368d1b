import type { Formats } from '../text/formats.ts';
import type { PeriodPart } from './history-route.ts';

/** A Monday: weekdays are named by the days from it on. */
const mondayMs = Date.UTC(2026, 2, 2);
const dayMs = 86_400_000;

/** Names of the days of the week, Monday first. */
export function weekdayNames(language: string, weekday: 'short' | 'long'): readonly string[] {
  const format = new Intl.DateTimeFormat(language, { weekday, timeZone: 'UTC' });
  return Array.from({ length: 7 }, (_, day) => format.format(mondayMs + day * dayMs));
}

/** A part of a period, for people. */
export function partText(part: PeriodPart, formats: Formats, language: string): string {
  if ('begin' in part) return `${formats.moment(Date.parse(part.begin))} – ${formats.moment(Date.parse(part.end))}`;
  const { weekday, hour } = part;
  return `${weekdayNames(language, 'long')[weekday - 1] ?? ''}, ${hour}:00–${hour}:59`;
}
