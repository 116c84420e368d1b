import type { Call } from '@callstream/domain';
import type { Statement } from '../connection/pipeline.ts';
import type { ChangedCall } from '../write/fold-calls.ts';
import { timestamp } from '../write/timestamp.ts';
import { markedMinutes } from './levels.ts';

const markedMs = markedMinutes * 60_000;

/**
 * Marks the buckets in which these calls, their visits and the entries of agents are, and were before. Only inserts, so that it
 * never waits for another transaction, and in that of the rows: so a bucket without a visible mark has what its rows say.
 */
export function markBuckets(changed: readonly ChangedCall[]): Statement[] {
  const begins = new Set<number>();
  for (const { call, before } of changed) {
    addBegins(begins, call);
    if (before) addBegins(begins, before.call);
  }
  if (begins.size === 0) return [];
  const marks = `{${[...begins].map(timestamp).join()}}`;
  return [
    {
      name: 'mark-buckets',
      text: 'insert into bucket_marks select unnest($1::timestamptz[])',
      values: [marks],
    },
  ];
}

function addBegins(begins: Set<number>, { beganAt, visits, segments }: Call): void {
  begins.add(beginOf(beganAt));
  for (const { waitingAt } of visits) begins.add(beginOf(waitingAt));
  for (const { enteredAt } of segments) if (enteredAt !== null) begins.add(beginOf(enteredAt));
}

const beginOf = (at: number): number => Math.floor(at / markedMs) * markedMs;
