import {
  consume,
  createBatchAlignment,
  createBlockedPartitions,
  createSkippedBatches,
  endOffsets,
  within,
} from '@callstream/runtime';
import type { BlockedPartitions, Kafka, Log, Publisher, Readiness, RunningConsumer } from '@callstream/runtime';
import { createDedupCache, notifyProjected, readPositions, withConnection } from '@callstream/tables';
import type { Tables } from '@callstream/tables';
import { startBucketRefresh } from './buckets/refresh-loop.ts';
import { createDeadLetters } from './dlq/dead-letters.ts';
import type { ProjectorMetrics } from './metrics.ts';
import { advancePastSkippedBatch } from './project/advance-past-skipped.ts';
import { createNotifier } from './project/notifier.ts';
import { createProjectBatch, expectedOffset } from './project/project-batch.ts';
import type { ProjectBatchOptions } from './project/project-batch.ts';
import { checkLog } from './supervision/check-log.ts';
import { createGroupMembership } from './supervision/group-membership.ts';
import type { GroupMembership } from './supervision/group-membership.ts';
import { createEffectivePositions, createGaps } from './supervision/offset-gaps.ts';
import type { EffectivePositions } from './supervision/offset-gaps.ts';
import { ProjectionStopped } from './supervision/projection-stopped.ts';
import { createRefusalRate } from './supervision/refusal-rate.ts';
import type { RefusalRate } from './supervision/refusal-rate.ts';
import type { RetryTracker } from './supervision/retry-tracker.ts';
import { startStallWatchdog } from './supervision/stall-watchdog.ts';
import type { StallWatchdog } from './supervision/stall-watchdog.ts';

export interface ProjectionOptions {
  readonly kafka: Kafka;
  readonly db: Tables;
  readonly publisher: Pick<Publisher, 'publishBatch'>;
  readonly topic: string;
  readonly groupId: string;
  readonly concurrency: number;
  readonly refusedPerMinute: number;
  readonly stallMs: number;
  readonly retries: RetryTracker;
  readonly metrics: ProjectorMetrics;
  /** Ends the retries when the process stops. */
  readonly signal: AbortSignal;
  readonly log: Log;
}

export interface RunningProjection extends AsyncDisposable {
  /** Rejects when an operator or a restart is needed. */
  readonly failure: Promise<never>;
  readonly ready: () => Readiness;
}

/** Longest wait for open transactions when it closes, in ms. After that they are rolled back. */
const closeWithinMs = 4_000;

/** Longest check of the log after the consumer has failed, in ms. */
const explainWithinMs = 10_000;

/** Projects the log into the tables, as a member of a consumer group. Retries while Kafka or Postgres is unavailable. */
export async function startProjection(options: ProjectionOptions): Promise<RunningProjection> {
  const { kafka, db, topic, concurrency, retries, metrics, signal, log } = options;
  const positions = new Map<number, number>();
  const check = (): Promise<void> => checkLogAndReadPositions(options, positions);
  await retries.retry(check);

  const refusals = createRefusalRate(options.refusedPerMinute);
  const logStart = async (partition: number) => (await endOffsets(kafka, topic)).get(partition)?.low ?? 0;
  const projecting: ProjectBatchOptions = {
    db,
    positions,
    concurrency,
    alignment: createBatchAlignment(),
    gaps: createGaps({ logStart, metrics, log }),
    deadLetters: createDeadLetters(kafka, options.publisher, topic),
    dedup: createDedupCache(),
    refusals,
    onCommit: createNotifier(() => notifyProjected(db)).onCommit,
    metrics,
    log,
  };
  const blocked = createBlockedPartitions(createSkippedBatches({ kafka, topic, log }), log, metrics.unreadable);
  const membership = createGroupMembership({ checkLog: check, retries, metrics });
  const effective = createEffectivePositions(positions);
  const consumer = await startConsumer(options, { projecting, blocked, membership, effective });
  const watchdog = startStallWatchdog({
    kafka,
    db,
    topic,
    metrics,
    signal,
    stallMs: options.stallMs,
    // A restart does not help a partition that waits for an operator.
    isWaiting: (partition) => retries.isRetrying(partition) || blocked.isBlocked(partition),
    assigned: membership.assigned,
    effectivePosition: effective.of,
  });
  const consumed = consumer.failure.catch(async (error: unknown) => {
    if (!(error instanceof ProjectionStopped) && !signal.aborted) await throwIfLogReplaced(check);
    throw error;
  });
  const refresh = startBucketRefresh({ db, metrics, signal, log });
  const failure = Promise.race([consumed, watchdog.failure, membership.failure, refresh.failure]);
  failure.catch(() => undefined);
  return {
    failure,
    ready: () => readiness({ retries, blocked, watchdog, membership, refusals }),
    [Symbol.asyncDispose]: async () => {
      const closing = Promise.resolve(consumer[Symbol.asyncDispose]());
      await within(closeWithinMs, closing).catch(() => log.warn('projector.cut-off'));
    },
  };
}

/** Checks that the log is still the one that was projected, and adopts positions that other projectors have reached. */
async function checkLogAndReadPositions(
  { kafka, db, topic, log }: ProjectionOptions,
  positions: Map<number, number>,
): Promise<void> {
  const stored = await withConnection(db, readPositions);
  await checkLog({ kafka, topic, positions: stored, log });
  for (const { partition, nextOffset } of stored)
    positions.set(partition, Math.max(nextOffset, positions.get(partition) ?? 0));
}

interface ConsumerParts {
  readonly projecting: ProjectBatchOptions;
  readonly blocked: BlockedPartitions;
  readonly membership: GroupMembership;
  readonly effective: EffectivePositions;
}

function startConsumer(
  { kafka, topic, groupId, concurrency, retries, signal, log }: ProjectionOptions,
  { projecting, blocked, membership, effective }: ConsumerParts,
): Promise<RunningConsumer> {
  const { positions, alignment } = projecting;
  const projectBatch = createProjectBatch(projecting);
  return consume(kafka, {
    groupId,
    topic,
    concurrency,
    commit: true,
    log,
    onJoin: membership.onJoin,
    positions: () => positions,
    onBatch: async (batch) => {
      await membership.logChecked();
      return retries.retry(() => projectBatch(batch), batch.partition);
    },
    onUnreadable: async (batch, closing) => {
      await membership.logChecked();
      const aligned = alignment.ofUnreadable(batch, expectedOffset(projecting, batch.partition));
      if (aligned.kind === 'seek') return aligned.next;
      await blocked.waitUntilSkipped(batch, AbortSignal.any([signal, closing]));
      return retries.retry(() => advancePastSkippedBatch(projecting, batch), batch.partition);
    },
    onPositionAdvance: effective.advance,
  });
}

/** kafkajs only reports that an offset does not exist; the check of the log tells the cause and the remedy. */
async function throwIfLogReplaced(check: () => Promise<void>): Promise<void> {
  await within(explainWithinMs, check()).catch((error: unknown) => {
    if (error instanceof ProjectionStopped) throw error;
  });
}

interface ReadinessSources {
  readonly retries: RetryTracker;
  readonly blocked: BlockedPartitions;
  readonly watchdog: StallWatchdog;
  readonly membership: GroupMembership;
  readonly refusals: RefusalRate;
}

function readiness({ retries, blocked, watchdog, membership, refusals }: ReadinessSources): Readiness {
  const { problem, lag } = watchdog.status();
  const reason =
    retries.describe() ??
    blocked.describe() ??
    problem ??
    (membership.assigned() ? null : 'Not a member of the consumer group yet.');
  if (reason !== null) return reason;
  const notes = [lag > 0 ? `${lag} records behind` : null, refusals.describe()].filter((note) => note !== null);
  return notes.length > 0 ? { note: notes.join('. ') } : null;
}
