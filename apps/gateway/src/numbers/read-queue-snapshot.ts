import {
  countCalls,
  countLiveCalls,
  countVisits,
  readAgentMarks,
  readAgentSegments,
  readOneProjection,
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
 * Reads a queue snapshot of one projection at one moment: the queries run one after the other, over one connection.
 * @param now ms since 1970
 */
export async function readQueueSnapshot(
  db: Queryable,
  { rules, names }: Pick<QueueSnapshot, 'rules' | 'names'>,
  now: number,
): Promise<QueueSnapshot> {
  const { timeZone, serviceLevelMs, shortAbandonMs, staleAfterMs } = rules;
  const parts = await readOneProjection(db, async (one) => {
    const today = await readPeriod(one, { now, timeZone });
    const counting = { ...today, queues: null, interval: null, timeZone };
    return {
      today,
      live: await countLiveCalls(one, now - staleAfterMs),
      segments: await readAgentSegments(one, now - segmentsSinceMs),
      presenceEvents: await readAgentMarks(one, now - listedForMs),
      visits: await countVisits(one, { ...counting, serviceLevelMs, shortAbandonMs }),
      calls: await countCalls(one, { ...counting, now, staleAfterMs }),
    };
  });
  return buildQueueSnapshot({ rules, names, asOf: now, ...parts });
}
