import { consume, createBlockedPartitions, createSkippedBatches, endOffsets, within } from '@callstream/runtime';
import type { Kafka, Log, Publisher, Readiness } from '@callstream/runtime';
import { createDedupCache, notifyProjected, readPositions, withConnection } from '@callstream/tables';
import type { Tables } from '@callstream/tables';
import { checkLog } from './supervision/check-log.ts';
import { createDeadLetters } from './dlq/dead-letters.ts';
import { createGaps } from './supervision/offset-gaps.ts';
import type { ProjectorMetrics } from './metrics.ts';
import { createNotifier } from './project/notifier.ts';
import { advancePastSkippedBatch } from './project/advance-past-skipped.ts';
import { createProjectBatch } from './project/project-batch.ts';
import { createRefusalRate } from './supervision/refusal-rate.ts';
import { ProjectionStopped } from './supervision/projection-stopped.ts';
import type { RetryTracker } from './supervision/retry-tracker.ts';
import { startStallWatchdog } from './supervision/stall-watchdog.ts';

export interface ProjectionOptions {
  readonly kafka: Kafka;
  readonly db: Tables;
  readonly publisher: Pick<Publisher, 'publishBatch'>;
  readonly topic: string;
  readonly groupId: string;
  readonly concurrency: number;
  readonly refusedPerMinute: number;
  readonly stallMs: number;
  readonly troubles: RetryTracker;
  readonly metrics: ProjectorMetrics;
  /** Ends what is tried again and again: the process is stopping. */
  readonly signal: AbortSignal;
  readonly log: Log;
}

export interface RunningProjection extends AsyncDisposable {
  /** Rejects when it cannot go on by itself. */
  readonly failure: Promise<never>;
  readonly ready: () => Readiness;
}

/** Longest that what is being written may take when it ends, in ms. Cut off, it is rolled back. */
const closeWithinMs = 4_000;

/** Longest that it may take to find out why the log cannot be read, in ms. */
const explainWithinMs = 10_000;

/** Projects the log into the tables, as a member of a group. Waits for as long as Kafka or Postgres is away. */
export async function startProjection(options: ProjectionOptions): Promise<RunningProjection> {
  const { kafka, db, topic, troubles, metrics, signal, log } = options;
  const positions = new Map<number, number>();
  /** Whether it is still the log that was projected; also takes over what others have projected meanwhile. */
  const check = async (): Promise<void> => {
    const found = await withConnection(db, readPositions);
    await checkLog({ kafka, topic, positions: found, log });
    for (const { partition, nextOffset } of found)
      positions.set(partition, Math.max(nextOffset, positions.get(partition) ?? 0));
  };
  await troubles.keepTrying(check);
  const refusals = createRefusalRate(options.refusedPerMinute);

  const logStart = async (partition: number) => (await endOffsets(kafka, topic)).get(partition)?.low ?? 0;
  const projecting = {
    ...{ db, positions, metrics, log, concurrency: options.concurrency },
    gaps: createGaps({ logStart, metrics, log }),
    deadLetters: createDeadLetters(kafka, options.publisher, topic),
    seen: createDedupCache(),
    refusals,
    changed: createNotifier(() => notifyProjected(db)).changed,
  };
  const projectBatch = createProjectBatch(projecting);
  const heldUp = createBlockedPartitions(createSkippedBatches({ kafka, topic, log }), log, metrics.unreadable);

  const { promise: joinFailure, reject: failJoin } = Promise.withResolvers<never>();
  let assigned: ReadonlySet<number> | null = null;
  let checked = Promise.resolve();
  const onJoin = (partitions: readonly number[]): void => {
    assigned = new Set(partitions);
    metrics.rebalances.inc();
    metrics.partitions.set(partitions.length);
    // The topic may have been deleted and made anew meanwhile: nothing of it is applied before that is known.
    checked = troubles.keepTrying(check);
    checked.catch(failJoin);
  };
  const passed = new Map<number, { readonly from: number | undefined; readonly next: number }>();
  const consumption = await consume(kafka, {
    ...{ groupId: options.groupId, topic, concurrency: options.concurrency, commit: true, log, onJoin },
    positions: () => positions,
    onBatch: async (batch) => {
      await checked;
      return troubles.keepTrying(() => projectBatch(batch), batch.partition);
    },
    onUnreadable: async (batch, closing) => {
      await checked;
      const position = positions.get(batch.partition) ?? 0;
      if (position > batch.lastOffset) return position;
      await heldUp.untilSkipped(batch, AbortSignal.any([signal, closing]));
      return troubles.keepTrying(() => advancePastSkippedBatch(projecting, batch), batch.partition);
    },
    onPassed: (partition, next) => passed.set(partition, { from: positions.get(partition), next }),
  });
  const watch = startStallWatchdog({
    ...{ kafka, db, topic, metrics, signal, stallMs: options.stallMs },
    // A partition that waits for an operator is no reason to be started again.
    troubles: { isIn: (partition) => troubles.isIn(partition) || heldUp.has(partition) },
    assigned: () => assigned,
    passed: (partition, position) => {
      const known = passed.get(partition);
      return known?.from === position ? Math.max(position, known.next) : position;
    },
  });

  /** kafkajs only says that an offset is not there; whether it is still the same log says why, and what mends it. */
  const consumed = consumption.failure.catch(async (error: unknown) => {
    if (!(error instanceof ProjectionStopped) && !signal.aborted)
      await within(explainWithinMs, check()).catch((why: unknown) => {
        if (why instanceof ProjectionStopped) throw why;
      });
    throw error;
  });
  const failure = Promise.race([consumed, watch.failure, joinFailure]);
  failure.catch(() => undefined);
  return {
    failure,
    ready: () => {
      const { problem, lag } = watch.status();
      const reason =
        troubles.describe() ??
        heldUp.describe() ??
        problem ??
        (assigned ? null : 'Not a member of the consumer group yet.');
      if (reason !== null) return reason;
      const notes = [lag > 0 ? `${lag} records behind` : null, refusals.describe()].filter((note) => note !== null);
      return notes.length > 0 ? { note: notes.join('. ') } : null;
    },
    [Symbol.asyncDispose]: async () => {
      const closing = Promise.resolve(consumption[Symbol.asyncDispose]());
      await within(closeWithinMs, closing).catch(() => log.warn('projector.cut-off'));
    },
  };
}
