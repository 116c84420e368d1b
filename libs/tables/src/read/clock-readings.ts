import { aheadAfterMs, defaultSource, importedAfterMs, lateAfterMs } from '@callstream/domain';
import type { ClockReading } from '@callstream/domain';
import { sqlOf } from '../connection/tables.ts';
import type { Queryable } from '../connection/tables.ts';

/** Numbers of events of one source by their clock reading. */
export interface ClockCounts extends Readonly<Record<ClockReading, number>> {
  readonly source: string;
  /** The instance of the source; null if it has no name. */
  readonly sourceName: string | null;
}

/** Most sources in one answer. */
const sourcesMax = 100;

/**
 * Counts the events that were received since `since` (ISO 8601), by source and clock reading; the source with most events
 * first. Without imports, which say so or are more than {@link importedAfterMs} late: there is no index by reception, so it looks only at
 * events whose times are not older than that. Must agree with `clockReadingOf` of the domain, which a test checks.
 */
export async function countClockReadings(db: Queryable, since: string): Promise<ClockCounts[]> {
  const { rows } = await sqlOf(db).query<ClockCounts>({
    text: `
      with read as (
        select source, source_name,
          -- Where the own time is not believed, at is the reception.
          case when clock is not null then clock
            when at > received_at + $4::int * interval '1 ms' then 'ahead'
            when at < received_at - $5::int * interval '1 ms' then 'late'
            else 'on_time' end as reading
        from events
        where at >= $1::timestamptz - $3::int * interval '1 ms' and received_at >= $1
          and at >= received_at - $3::int * interval '1 ms' and clock is distinct from 'imported'
      )
      select coalesce(source, $2::text) as source, source_name as "sourceName",
        count(*) filter (where reading = 'none')::int as none,
        count(*) filter (where reading = 'ahead')::int as ahead,
        count(*) filter (where reading = 'late')::int as late,
        count(*) filter (where reading = 'on_time')::int as on_time
      from read group by 1, 2 order by count(*) desc, 1, 2 limit $6::int`,
    values: [since, defaultSource.name, importedAfterMs, aheadAfterMs, lateAfterMs, sourcesMax],
  });
  return rows;
}
