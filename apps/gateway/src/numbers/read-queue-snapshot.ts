import {
  countCalls,
  countLiveCalls,
  countVisits,
  readAgentMarks,
  readAgentSegments,
  readPeriod,
} from '@callstream/tables';
import type { Queryable } from '@callstream/tables';
import { buildQueueSnapshot } from './build-queue-snapshot.ts';
import { listedForMs } from './queue-snapshot.ts';
import type { QueueSnapshot } from './queue-snapshot.ts';

/** Segments are read from this much earlier, in ms: the sender's clock may be behind ours. */
const clockSkewMs = 14 * 3_600_000;
/** How far back presence depends on segments, in ms. */
export const segmentsSinceMs = listedForMs + clockSkewMs;

/**
 * Reads a queue snapshot from the tables, over one connection: the queries run one after the other.
 * @param now ms since 1970
 */
export async function readQueueSnapshot(
  db: Queryable,
  { rules, names }: Pick<QueueSnapshot, 'rules' | 'names'>,
  now: number,
): Promise<QueueSnapshot> {
  const { timeZone, serviceLevelMs, shortAbandonMs, staleAfterMs } = rules;
  const today = await readPeriod(db, { now, timeZone });
  return buildQueueSnapshot({
    rules,
    names,
    asOf: now,
    today,
    live: await countLiveCalls(db, now - staleAfterMs),
    segments: await readAgentSegments(db, now - segmentsSinceMs),
    presenceEvents: await readAgentMarks(db, now - listedForMs),
    visits: await countVisits(db, {
      ...today,
      queues: null,
      serviceLevelMs,
      shortAbandonMs,
      interval: null,
      timeZone,
    }),
    calls: await countCalls(db, { ...today, queues: null, now, staleAfterMs, interval: null, timeZone }),
  });
}
