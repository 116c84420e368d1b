import { addOutcomeCounts, countVisits, noOutcomeCounts } from '@callstream/domain';
import type { CallDirection, Outcome, OutcomeCounts } from '@callstream/domain';
import { poolOf } from '../src/connection/tables.ts';
import type { CountCallsOptions, CountedCalls, CountedVisits, CountVisitsOptions, Tables } from '../src/index.ts';
import { intervalOf } from '../src/read/numbers/periods.ts';

export interface CountedRowsOptions {
  readonly from: string;
  readonly to: string;
  readonly queues: readonly string[] | null;
  readonly interval: string | null;
  readonly timeZone: string;
}

/** SQL: the interval of `at`, of the parameters $4 and $5, and the condition on it and on the queues. */
export const begin = (at: string): string =>
  `case when $4::text is not null then ${intervalOf(at, '$4', '$5')} end as begin`;
const isWanted = (at: string): string =>
  `${at} >= $1::timestamptz and ${at} < $2::timestamptz and ($3::text[] is null or queue = any($3))`;
const valuesOf = ({ from, to, queues, interval, timeZone }: CountedRowsOptions): unknown[] => [
  from,
  to,
  queues,
  interval,
  timeZone,
];

interface VisitRow {
  readonly begin: string | null;
  readonly queue: string;
  readonly outcome: Outcome;
  readonly waitMs: number | null;
}

/** What `countVisits` must return, by reading each visit and counting it in the domain: without buckets, and without an order. */
export async function countVisitRows(db: Tables, options: CountVisitsOptions): Promise<CountedVisits[]> {
  const { rows } = await poolOf(db).query<VisitRow>(
    `select ${begin('waiting_at')}, queue, outcome, wait_ms as "waitMs" from visits
     where ${isWanted('waiting_at')} and coalesce(direction, '') not in ('outbound', 'internal')`,
    valuesOf(options),
  );
  return [...Map.groupBy(rows, (row) => JSON.stringify([row.begin, row.queue])).values()].map((group) => ({
    begin: group[0]?.begin ?? null,
    queue: group[0]?.queue ?? '',
    ...countVisits(group, options),
  }));
}

interface CallOutcomeRow {
  readonly begin: string | null;
  readonly queue: string;
  readonly direction: CallDirection;
  readonly outcome: string;
}

/** What `countCalls` must return, by reading each call. */
export async function countCallRows(db: Tables, options: CountCallsOptions): Promise<CountedCalls[]> {
  const { rows } = await poolOf(db).query<CallOutcomeRow>(
    `select ${begin('began_at')}, queue, direction, outcome
     from call_outcomes('-infinity', 'infinity', to_timestamp($6::float8 / 1000), $7::float8 * interval '1 ms')
     where ${isWanted('began_at')}`,
    [...valuesOf(options), options.now, options.staleAfterMs],
  );
  const sum = (group: readonly CallOutcomeRow[]): OutcomeCounts =>
    group.reduce((counts, row) => addOutcomeCounts(counts, oneOf(row)), noOutcomeCounts);
  const byQueue = Map.groupBy(rows, ({ queue }) => queue);
  const byBegin = Map.groupBy(rows, (row) => row.begin);
  byBegin.delete(null);
  return [
    ...[...byQueue].map(([queue, group]) => ({ begin: null, queue, counts: sum(group) })),
    ...[...byBegin].map(([at, group]) => ({ begin: at, queue: null, counts: sum(group) })),
  ];
}

const oneOf = ({ direction, outcome }: CallOutcomeRow): OutcomeCounts => ({
  ...noOutcomeCounts,
  [direction]: { ...noOutcomeCounts[direction], [outcome]: 1 },
});
