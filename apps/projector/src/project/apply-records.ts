import type { Log } from '@callstream/runtime';
import { PositionMoved, positionMove, project, readPositions, withConnection } from '@callstream/tables';
import type { DedupCache, EventBatch, PositionMove, Tables } from '@callstream/tables';
import type { DeadLetters } from '../dlq/dead-letters.ts';
import type { ProjectorMetrics } from '../metrics.ts';
import { fingerprintOf } from '../supervision/fingerprint.ts';
import { badDeploy, explainPostgresError, sqlStateOf } from '../supervision/postgres-errors.ts';
import { checkVersion, ProjectionStopped } from '../supervision/projection-stopped.ts';
import type { RefusalRate } from '../supervision/refusal-rate.ts';
import { commitOrBisect, offsetAfter } from './bisect-batch.ts';
import type { AlignedBatch } from './bisect-batch.ts';
import { foldRecords } from './fold-records.ts';
import { probeWithOrdinaryEvent } from './ordinary-event.ts';

export interface ApplyRecordsOptions {
  readonly db: Tables;
  readonly deadLetters: DeadLetters;
  readonly refusals: Pick<RefusalRate, 'count'>;
  readonly dedup: DedupCache;
  /** Next offset of every partition, as this process last saw it in the tables. */
  readonly positions: Map<number, number>;
  readonly onCommit: () => void;
  readonly metrics: ProjectorMetrics;
  readonly log: Log;
}

/**
 * Writes records into the tables, and dead-letters those that are no events or whose data Postgres refuses. Returns the
 * position reached: not the end of the records if another projector moved it.
 * @throws {ProjectionStopped} if an operator is needed
 */
export async function applyRecords(options: ApplyRecordsOptions, { records, expected }: AlignedBatch): Promise<number> {
  const { undecodable, batch: folded } = foldRecords(records);
  await options.deadLetters.publish(undecodable);
  const next = await commitOrBisect(
    { records, expected },
    {
      commit: (batch) =>
        commitOrReread(options, batch, batch.records === records ? folded : foldRecords(batch.records).batch),
      refuse: (batch, refusal) => refuse(options, batch, refusal),
    },
  );
  options.metrics.deadLetters.inc({ kind: 'undecodable' }, undecodable.length);
  return next;
}

async function commitOrReread(options: ApplyRecordsOptions, batch: AlignedBatch, folded: EventBatch): Promise<number> {
  try {
    return await commit(options, batch, folded);
  } catch (error) {
    if (error instanceof PositionMoved) return rereadPosition(options, batch.records[0].partition);
    throw explainPostgresError(error, batch.records);
  }
}

/** Moves a position and writes no rows. */
export const { batch: emptyBatch } = foldRecords([]);

/** Dead-letters an event that Postgres refuses, unless it refuses an ordinary event of that kind as well. */
async function refuse(options: ApplyRecordsOptions, batch: AlignedBatch, refusal: Error): Promise<number> {
  const [record] = batch.records;
  const { partition, offset } = record;
  const code = sqlStateOf(refusal);
  const reason = `Postgres refuses it with ${code}: ${refusal.message}`;
  const ordinary = await probeWithOrdinaryEvent(options.db, record).catch((error: unknown) => {
    throw explainPostgresError(error, batch.records);
  });
  if (ordinary) throw badDeploy(record, { refusal, ordinary });
  await options.deadLetters.publish([{ record, kind: 'refused', reason }]);
  const next = await commitOrReread(options, batch, emptyBatch);
  options.refusals.count();
  options.metrics.deadLetters.inc({ kind: 'refused' });
  options.log.error({ partition, offset, code }, 'record.refused');
  return next;
}

/** One transaction: the events and the position, or neither. */
async function commit(options: ApplyRecordsOptions, batch: AlignedBatch, folded: EventBatch): Promise<number> {
  const projection = { moves: [moveOf(batch)], batch: folded };
  await withConnection(options.db, (client) => project(client, projection, options.dedup));
  return recordCommit(options, batch);
}

export const moveOf = ({ records, expected }: AlignedBatch): PositionMove =>
  positionMove({
    partition: records[0].partition,
    expected,
    next: offsetAfter(records),
    last: fingerprintOf(records.at(-1) ?? records[0]),
  });

/** Updates position and metrics after a commit; returns the position reached. */
export function recordCommit({ positions, onCommit, metrics }: ApplyRecordsOptions, { records }: AlignedBatch): number {
  const next = offsetAfter(records);
  positions.set(records[0].partition, next);
  onCommit();
  metrics.records.inc(records.length);
  metrics.lastProgress.setToCurrentTime();
  return next;
}

/** The position moved: another projector was ahead, or the answer to our own commit was lost. Continue from the tables. */
export async function rereadPosition(
  { db, positions, metrics, log }: ApplyRecordsOptions,
  partition: number,
): Promise<number> {
  const position = (await withConnection(db, readPositions)).find((row) => row.partition === partition);
  if (!position)
    throw new ProjectionStopped(
      `The tables no longer have a position of partition ${partition}. Create it: npm run projector -- migrate`,
    );
  checkVersion(position.version);
  metrics.conflicts.inc();
  log.info({ partition, next: position.nextOffset }, 'projector.position-moved');
  positions.set(partition, position.nextOffset);
  return position.nextOffset;
}
