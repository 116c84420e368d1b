import type { BucketTable } from '../projection/schemas.ts';
import { callDirections, settledOutcomes, talkSums, unsettledColumn, visitSums } from './columns.ts';
import { bucketMinutes, dayMinutes } from './levels.ts';

/** What differs between the tables of buckets. */
interface BucketTableShape {
  /** Lengths of the buckets in minutes, from a day on; each is a multiple of the next. */
  readonly minutes: readonly number[];
  /** Columns of the key, after `minutes` and `begins_at`. */
  readonly keys: readonly string[];
  /** Columns that are added up. */
  readonly sums: readonly string[];
  readonly maxima: readonly string[];
  /** Sorted arrays, which are merged. */
  readonly arrays: readonly string[];
}

const talkColumns = { sums: talkSums, maxima: ['on_call_ms_max'], arrays: [] } as const;

const shapes: Readonly<Record<BucketTable, BucketTableShape>> = {
  visit_buckets: {
    minutes: bucketMinutes,
    keys: ['queue'],
    sums: Object.values(visitSums),
    maxima: ['wait_ms_max'],
    arrays: ['answered_waits', 'abandoned_waits'],
  },
  call_buckets: {
    minutes: bucketMinutes,
    keys: ['queue'],
    sums: settledOutcomes.map(({ column }) => column),
    maxima: [],
    arrays: callDirections.map(unsettledColumn),
  },
  talk_buckets: { minutes: bucketMinutes, keys: ['queue', 'call_queue'], ...talkColumns },
  // By quarters of an hour, there would be as many rows as segments.
  agent_buckets: { minutes: [dayMinutes], keys: ['actor', 'queue', 'call_queue'], ...talkColumns },
};

export const shapeOf = (table: BucketTable): BucketTableShape => shapes[table];

/** Length of the shortest buckets of a table, in minutes: these are counted from the rows, longer ones are sums of them. */
export const shortestOf = (table: BucketTable): number => shapes[table].minutes.at(-1) ?? dayMinutes;
