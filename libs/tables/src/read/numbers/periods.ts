import { sqlOf } from '../../connection/tables.ts';
import type { Queryable } from '../../connection/tables.ts';

/** Interval lengths into which a period can be divided. `day` and longer follow the calendar of the time zone. */
export const intervals = ['5m', '15m', '30m', 'hour', 'day', 'week', 'month'] as const;
export type Interval = (typeof intervals)[number];

/** ISO 8601; `from` inclusive, `to` exclusive. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

export interface ReadPeriodOptions {
  /** RFC 3339, or a day as `2026-03-02`: its start in the time zone. Start of today if not given. */
  readonly from?: string | undefined;
  /** The same; start of tomorrow if not given. */
  readonly to?: string | undefined;
  /** ms since 1970. */
  readonly now: number;
  /** IANA name. */
  readonly timeZone: string;
}

/** Resolves the period. Postgres knows when days start: because of daylight saving time, some start at one o'clock. */
export async function readPeriod(db: Queryable, { from, to, now, timeZone }: ReadPeriodOptions): Promise<Period> {
  const { rows } = await sqlOf(db).query<Period>({
    text: `
      select
        case when $1::text is null then date_trunc('day', today, $4::text)
             when length($1) = 10 then $1::timestamp at time zone $4 else $1::timestamptz end as "from",
        case when $2::text is null then (date_trunc('day', today at time zone $4) + interval '1 day') at time zone $4
             when length($2) = 10 then $2::timestamp at time zone $4 else $2::timestamptz end as "to"
      from (select to_timestamp($3::float8 / 1000) as today) clock`,
    values: [from ?? null, to ?? null, now, timeZone],
  });
  const [period] = rows;
  if (!period) throw new Error('Postgres returned no period.');
  return period;
}

/**
 * SQL: start of the interval that contains `at`; `unit` and `zone` are SQL parameters. Hours follow the clock of the time
 * zone, so they may start at a half hour of UTC.
 */
export const intervalOf = (at: string, unit: string, zone: string): string => `
  case ${unit}::text when '5m' then date_bin('5 minutes', ${at}, date_trunc('hour', ${at}, ${zone}::text))
    when '15m' then date_bin('15 minutes', ${at}, date_trunc('hour', ${at}, ${zone}))
    when '30m' then date_bin('30 minutes', ${at}, date_trunc('hour', ${at}, ${zone}))
    else date_trunc(${unit}, ${at}, ${zone}) end`;

const calendarUnits = new Set<Interval>(['day', 'week', 'month']);

/** Starts of the intervals of a period, ISO 8601; the first may be before the period. */
export async function readIntervals(
  db: Queryable,
  { from, to, interval, timeZone }: Period & { readonly interval: Interval; readonly timeZone: string },
): Promise<string[]> {
  const { rows } = await sqlOf(db).query<{ begin: string }>({
    text: `
      select distinct ${intervalOf('t', '$3', '$4')} as begin
      from (
        select $1::timestamptz as t
        union all
        -- In local time, so that a day of 23 hours counts as one. From the start of the unit: from a 31st, months would be skipped.
        select g at time zone $4
        from generate_series(date_trunc($5::text, $1::timestamptz at time zone $4), $2::timestamptz at time zone $4, ('1 ' || $5)::interval) g
        union all
        select g from generate_series($1::timestamptz, $2::timestamptz, interval '5 minutes') g where $5 is null
      ) moments
      where t < $2 and t >= $1
      order by 1`,
    values: [from, to, interval, timeZone, calendarUnits.has(interval) ? interval : null],
  });
  return rows.map(({ begin }) => begin);
}
