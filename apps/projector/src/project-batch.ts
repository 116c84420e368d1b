import type { Batch, Log, LogRecord, Publisher } from '@callstream/runtime';
import type { Tables } from '@callstream/tables';
import { PositionMoved, project, readPositions, withConnection } from '@callstream/tables';
import { align } from './align.ts';
import { setAside } from './dead-letters.ts';
import type { Metrics } from './metrics.ts';
import { understand, uuidOf } from './understand.ts';
import { projectionVersion } from './version.ts';

export interface Projecting {
  readonly db: Tables;
  readonly publisher: Publisher;
  /** Next offset of every partition, as this process last saw it in the tables. */
  readonly positions: Map<number, number>;
  /** Offset of the first record that the log still has. */
  readonly logStart: (partition: number) => Promise<number>;
  /** Called after every commit. */
  readonly changed: () => void;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** The projector cannot go on by itself; `message` names the cause and the remedy. */
export class ProjectionStopped extends Error {
  override readonly name = 'ProjectionStopped';
}

/**
 * Joins a batch into the tables; returns the offset to read next, which is behind the batch if somebody else moved the position.
 * @throws {ProjectionStopped} if the tables are of another version or the log has lost records
 */
export function createProjectBatch(projecting: Projecting): (batch: Batch) => Promise<number> {
  const sought = new Map<number, number>();
  return async (batch) => {
    const { partition } = batch;
    const expected = projecting.positions.get(partition);
    if (expected === undefined)
      throw new ProjectionStopped(
        `The tables know no partition ${partition}: the topic has more partitions than before. Rebuild the projection.`,
      );
    const aligned = align(batch.records, expected);
    if (aligned.kind === 'known') return expected;
    if (aligned.kind === 'gap' && sought.get(partition) !== expected) {
      sought.set(partition, expected);
      return expected;
    }
    if (aligned.kind === 'gap') await goOver(projecting, partition, aligned.from, aligned.to);
    return apply(projecting, batch, aligned.records, expected);
  };
}

/** A gap that is still there when read again is real (an aborted transaction), unless the log was cut off. */
async function goOver(
  { logStart, metrics, log }: Projecting,
  partition: number,
  from: number,
  to: number,
): Promise<void> {
  const start = await logStart(partition);
  if (start > from)
    throw new ProjectionStopped(
      `Kafka has deleted records ${from} to ${start - 1} of partition ${partition} that were never projected. Set retention.ms=-1 on the topic, then rebuild the projection.`,
    );
  metrics.gaps.inc();
  log.warn({ partition, from, to }, 'projector.gap');
}

async function apply(
  projecting: Projecting,
  batch: Batch,
  records: readonly LogRecord[],
  expected: number,
): Promise<number> {
  const { db, publisher, positions, metrics, log } = projecting;
  const { partition } = batch;
  const started = performance.now();
  const last = records.at(-1);
  if (!last) return expected;
  const { rejected, ...understood } = understand(records);
  await setAside(publisher, rejected);
  const next = last.offset + 1;
  const projection = {
    partition,
    expected,
    next,
    version: projectionVersion,
    last: { uuid: uuidOf(last), timestamp: last.timestamp },
    ...understood,
  };
  try {
    await withConnection(db, (client) => project(client, projection));
  } catch (error) {
    if (error instanceof PositionMoved) return reread(projecting, partition);
    throw error;
  }
  positions.set(partition, next);
  projecting.changed();
  const duration = performance.now() - started;
  metrics.records.inc(records.length);
  metrics.deadLetters.inc(rejected.length);
  metrics.batchRecords.observe(records.length);
  metrics.batchSeconds.observe(duration / 1000);
  metrics.lag.set({ partition }, Math.max(0, batch.highWatermark - next));
  log.debug(
    {
      partition,
      records: records.length,
      events: understood.events.length,
      rejected: rejected.length,
      next,
      duration_ms: Math.round(duration),
    },
    'batch.projected',
  );
  return next;
}

/** Somebody else is ahead, or a commit arrived whose answer did not: go on from where the tables are. */
async function reread({ db, positions, metrics, log }: Projecting, partition: number): Promise<number> {
  const position = (await readPositions(db)).find((row) => row.partition === partition);
  if (!position)
    throw new ProjectionStopped(
      `The tables know no partition ${partition} any more. Run \`projector migrate\`, or rebuild the projection.`,
    );
  checkVersion(position.version);
  metrics.conflicts.inc();
  log.info({ partition, next: position.nextOffset }, 'projector.position-moved');
  positions.set(partition, position.nextOffset);
  return position.nextOffset;
}

/** @throws {ProjectionStopped} if the tables were made by other rules */
export function checkVersion(version: number): void {
  if (version !== projectionVersion)
    throw new ProjectionStopped(
      `The tables are of projection version ${version}, this projector is of version ${projectionVersion}. Deploy the projector of version ${version}, or rebuild the projection with this one.`,
    );
}
