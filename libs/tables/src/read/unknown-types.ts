import { kinds, similarKind } from '@callstream/domain';
import type { Kind } from '@callstream/domain';
import { sqlOf } from '../connection/tables.ts';
import type { Queryable } from '../connection/tables.ts';

/** Events of a type that is not documented: they are stored, and change nothing. */
interface UnknownTypeCount {
  /** As sent; of a source other than the default, the kind of the first fact. */
  readonly type: string;
  readonly events: number;
  /** Latest of their times (`events.at`), ISO 8601. */
  readonly lastSeenAt: string;
  /** The documented type that was probably meant; null: none is similar. */
  readonly similarTo: Kind | null;
}

export interface UnknownTypeCounts {
  /** The most frequent first. */
  readonly types: readonly UnknownTypeCount[];
  /** Whether there are, or may be, more types than these. */
  readonly more: boolean;
}

/** How far back one looks for unknown types and clock readings, in ms: to see yesterday's, at a bounded cost. */
export const recentEventsMs = 24 * 3_600_000;

/** Most unknown types in one answer. */
const typesMax = 100;
/** Most types of all time that one answer looks at: senders may have made up any number of them. */
const kindsWalkedMax = 2_000;

interface UnknownTypeRow extends Omit<UnknownTypeCount, 'similarTo' | 'type'> {
  /** null in the only row if there are none. */
  readonly type: string | null;
  /** Number of unknown types. */
  readonly found: number;
  /** Whether there are types that were not looked at. */
  readonly isCut: boolean;
}

/**
 * Counts the events of unknown types since `since` (ISO 8601), by their own time. It goes from type to type in the index
 * `events_kind` (a loose index scan), and counts only unknown ones: known types cost a look each, however many events they have.
 */
export async function countUnknownTypes(db: Queryable, since: string): Promise<UnknownTypeCounts> {
  const { rows } = await sqlOf(db).query<UnknownTypeRow>({
    text: `
      with recursive walked as (
        (select kind, 1 as nth from events order by kind limit 1)
        union all
        select following.kind, nth + 1
        from walked, lateral (select e.kind from events e where e.kind > walked.kind order by e.kind limit 1) following
        where nth < $3::int
      ), counted as (
        select kind, counts.* from walked,
          lateral (select count(*)::int as events, max(at) as last from events e where e.kind = walked.kind and e.at >= $1::timestamptz) counts
        where kind <> all($2::text[]) and events > 0
      )
      select kind as type, events, last as "lastSeenAt", count(kind) over ()::int as found, "isCut"
      from (select count(*) = $3 as "isCut" from walked) walk left join counted on true
      order by events desc, kind limit $4::int`,
    values: [since, kinds, kindsWalkedMax, typesMax],
  });
  const [first] = rows;
  return {
    types: rows.flatMap(({ type, events, lastSeenAt }) =>
      type === null ? [] : [{ type, events, lastSeenAt, similarTo: similarKind(type) }],
    ),
    more: first !== undefined && (first.isCut || first.found > rows.length),
  };
}
