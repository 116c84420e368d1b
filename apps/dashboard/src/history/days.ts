/** Days of the call centre's time zone, as 2026-03-02; both are included. */
export interface Days {
  readonly from: string;
  readonly to: string;
}

const dayMs = 86_400_000;

/** In UTC, where every day has 24 hours: days are only counted here, and the gateway knows when they begin. */
const numberOf = (day: string): number => Date.parse(`${day}T00:00:00Z`) / dayMs;
const dayOf = (number: number): string => new Date(number * dayMs).toISOString().slice(0, 10);

export const addDays = (day: string, days: number): string => dayOf(numberOf(day) + days);

/** The day at `now` (ms since 1970) in a time zone; undefined: that of the browser. */
export const dayAt = (now: number, timeZone: string | undefined): string =>
  // Sweden writes dates as ISO 8601 does.
  new Intl.DateTimeFormat('sv-SE', timeZone === undefined ? {} : { timeZone }).format(now);

export const countDays = ({ from, to }: Days): number => numberOf(to) - numberOf(from) + 1;

const firstOfMonth = (day: string): string => `${day.slice(0, 7)}-01`;
const isWholeMonth = ({ from, to }: Days): boolean =>
  from === firstOfMonth(from) && addDays(to, 1) === firstOfMonth(addDays(to, 1)) && to.slice(0, 7) === from.slice(0, 7);

/** Another first or last day; the other one follows, so that no period ends before it begins. */
export const withFrom = ({ to }: Days, from: string): Days => ({ from, to: from > to ? from : to });
export const withTo = ({ from }: Days, to: string): Days => ({ from: from > to ? to : from, to });

/** The days before, as many; before a whole month, the whole month before. */
export function daysBefore(days: Days): Days {
  const to = addDays(days.from, -1);
  return { from: isWholeMonth(days) ? firstOfMonth(to) : addDays(days.from, -countDays(days)), to };
}

export const presets = ['yesterday', 'week', 'month', 'lastMonth'] as const;
export type Preset = (typeof presets)[number];

/** Frequent periods, as seen from a day. `week`: the seven days before; `month`: until the day. */
export function presetDays(preset: Preset, today: string): Days {
  const yesterday = addDays(today, -1);
  switch (preset) {
    case 'yesterday':
      return { from: yesterday, to: yesterday };
    case 'week':
      return { from: addDays(today, -7), to: yesterday };
    case 'month':
      return { from: firstOfMonth(today), to: today };
    case 'lastMonth': {
      const to = addDays(firstOfMonth(today), -1);
      return { from: firstOfMonth(to), to };
    }
  }
}

/** How a period may be divided. */
export const divisions = ['30m', 'hour', 'day', 'week', 'month'] as const;
export type Division = (typeof divisions)[number];

/** The division with about as many parts as a chart can show. */
export function divisionOf(days: Days): Division {
  const count = countDays(days);
  if (count <= 1) return '30m';
  if (count <= 3) return 'hour';
  if (count <= 62) return 'day';
  return count <= 400 ? 'week' : 'month';
}
