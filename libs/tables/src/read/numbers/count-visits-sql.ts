/** SQL: the counts of a group of visits; both thresholds are SQL parameters. */
export const visitCountColumns = (serviceLevelMs: string, shortAbandonMs: string): string => `
  count(*)::int as visits,
  count(*) filter (where outcome = 'answered')::int as answered,
  count(*) filter (where outcome = 'answered' and wait_ms <= ${serviceLevelMs}::bigint)::int as "answeredInTime",
  coalesce(sum(wait_ms) filter (where outcome = 'answered'), 0)::bigint as "answeredWaitMs",
  count(*) filter (where outcome = 'abandoned')::int as abandoned,
  count(*) filter (where outcome = 'abandoned' and wait_ms <= ${shortAbandonMs}::bigint)::int as "abandonedShort",
  count(*) filter (where outcome = 'timed_out')::int as "timedOut",
  count(*) filter (where outcome = 'by_key')::int as "byKey",
  count(*) filter (where outcome = 'full')::int as "full",
  count(*) filter (where outcome = 'empty')::int as empty,
  count(*) filter (where outcome = 'withdrawn')::int as withdrawn,
  count(*) filter (where outcome = 'flowed_out')::int as "flowedOut",
  count(*) filter (where outcome = 'open')::int as open,
  coalesce(max(wait_ms) filter (where outcome in ('answered', 'abandoned')), 0)::bigint as "waitMsMax"`;
