import type { Log } from '@callstream/runtime';
import type { Tables } from '@callstream/tables';
import { projectionVersion } from '@callstream/domain';
import { PositionMoved, project, readPositions, withConnection } from '@callstream/tables';
import type { EventBatch, PositionMove, DedupCache } from '@callstream/tables';
import type { DeadLetters } from '../dlq/dead-letters.ts';
import { explainPostgresError, badDeploy, sqlStateOf } from '../supervision/postgres-errors.ts';
import { fingerprintOf } from '../supervision/fingerprint.ts';
import type { ProjectorMetrics } from '../metrics.ts';
import { probeWithOrdinaryEvent } from './ordinary-event.ts';
import type { RefusalRate } from '../supervision/refusal-rate.ts';
import { checkVersion, ProjectionStopped } from '../supervision/projection-stopped.ts';
import { foldRecords } from './fold-records.ts';
import { offsetAfter, commitOrBisect } from './bisect-batch.ts';
import type { AlignedBatch } from './bisect-batch.ts';

export interface ApplyRecordsOptions {
  readonly db: Tables;
  readonly deadLetters: DeadLetters;
  readonly refusals: Pick<RefusalRate, 'count'>;
  readonly seen: DedupCache;
  /** Next offset of every partition, as this process last saw it in the tables. */
  readonly positions: Map<number, number>;
  /** Called after every commit. */
  readonly changed: () => void;
  readonly metrics: ProjectorMetrics;
  readonly log: Log;
}

/**
 * Writes records into the tables, and dead-letters what is no event, or what Postgres refuses for its own data. Returns the
 * position reached; another one than after the records if somebody else moved it.
 * @throws {ProjectionStopped} if that needs somebody to look
 */
export async function applyRecords(
  applying: ApplyRecordsOptions,
  { records, expected }: AlignedBatch,
): Promise<number> {
  const { undecodable, batch } = foldRecords(records);
  await applying.deadLetters.setAside(undecodable);
  const next = await commitOrBisect(
    { records, expected },
    {
      commit: (part) =>
        commitOrReread(applying, part, part.records === records ? batch : foldRecords(part.records).batch),
      refuse: (part, refusal) => refuse(applying, part, refusal),
    },
  );
  applying.metrics.deadLetters.inc({ kind: 'undecodable' }, undecodable.length);
  return next;
}

async function commitOrReread(applying: ApplyRecordsOptions, part: AlignedBatch, batch: EventBatch): Promise<number> {
  try {
    return await commit(applying, part, batch);
  } catch (error) {
    if (error instanceof PositionMoved) return rereadPosition(applying, part.records[0].partition);
    throw explainPostgresError(error, part.records);
  }
}

export const { batch: emptyBatch } = foldRecords([]);

/** Dead-letters an event that Postgres does not take, unless it takes no ordinary event of that kind either. */
async function refuse(applying: ApplyRecordsOptions, part: AlignedBatch, refusal: Error): Promise<number> {
  const [record] = part.records;
  const { partition, offset } = record;
  const code = sqlStateOf(refusal);
  const reason = `Postgres refuses it with ${code}: ${refusal.message}`;
  const ordinary = await probeWithOrdinaryEvent(applying.db, record).catch((error: unknown) => {
    throw explainPostgresError(error, part.records);
  });
  if (ordinary) throw badDeploy(record, { refusal, ordinary });
  await applying.deadLetters.setAside([{ record, kind: 'refused', reason }]);
  const next = await commitOrReread(applying, part, emptyBatch);
  applying.refusals.count();
  applying.metrics.deadLetters.inc({ kind: 'refused' });
  applying.log.error({ partition, offset, code }, 'record.refused');
  return next;
}

/** One transaction: the events and the position, or neither. */
async function commit(applying: ApplyRecordsOptions, part: AlignedBatch, batch: EventBatch): Promise<number> {
  const projection = { moves: [moveOf(part)], batch };
  await withConnection(applying.db, (client) => project(client, projection, applying.seen));
  return recordCommit(applying, part);
}

export const moveOf = ({ records, expected }: AlignedBatch): PositionMove => ({
  ...{ partition: records[0].partition, expected, next: offsetAfter(records), version: projectionVersion },
  last: fingerprintOf(records.at(-1) ?? records[0]),
});

/** Takes note of what is in the tables now; returns the position reached. */
export function recordCommit({ positions, changed, metrics }: ApplyRecordsOptions, { records }: AlignedBatch): number {
  const next = offsetAfter(records);
  positions.set(records[0].partition, next);
  changed();
  metrics.records.inc(records.length);
  metrics.lastProgress.setToCurrentTime();
  return next;
}

/** Somebody else is ahead, or a commit arrived whose answer did not: go on from where the tables are. */
export async function rereadPosition(
  { db, positions, metrics, log }: ApplyRecordsOptions,
  partition: number,
): Promise<number> {
  const position = (await withConnection(db, readPositions)).find((row) => row.partition === partition);
  if (!position)
    throw new ProjectionStopped(
      `The tables know no partition ${partition} any more. Make the position anew: npm run projector -- migrate`,
    );
  checkVersion(position.version);
  metrics.conflicts.inc();
  log.info({ partition, next: position.nextOffset }, 'projector.position-moved');
  positions.set(partition, position.nextOffset);
  return position.nextOffset;
}
