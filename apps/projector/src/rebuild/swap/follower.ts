import { setTimeout as sleep } from 'node:timers/promises';
import { createBatchAlignment, createSkippedBatches, followTopic } from '@callstream/runtime';
import type { Batch, Kafka, Log, RunningConsumer, UnreadableBatch } from '@callstream/runtime';
import type { Position, Tables } from '@callstream/tables';
import { fingerprintOfBatch } from '../../supervision/fingerprint.ts';
import { retryTransient } from '../../supervision/retry-transient.ts';
import type { ExcludeRecord } from '../fill/exclude-record.ts';
import { advancePastSkipped, writeBatch } from '../fill/write-batch.ts';
import { createPauseGate } from './pause-gate.ts';

const concurrency = 4;
/** All writers wait during a catch-up, so it polls often. */
const catchUpPollMs = 5;

export interface FollowerOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  /** Tables that nobody else writes. */
  readonly db: Tables;
  /** Next offset of each partition in them; moved after every commit. */
  readonly positions: Map<number, number>;
  readonly excludeRecord: ExcludeRecord;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** Keeps tables that are not live up to date with the log, until disposed. */
export interface Follower extends RunningConsumer {
  /** Records that the tables lack, of a log that ends at `ends`. */
  readonly lag: (ends: ReadonlyMap<number, { readonly high: number }>) => number;
  /** Waits until the tables have reached `live`, then writes no more until `resume`. False if they have not within `ms`. */
  readonly catchUp: (live: readonly Position[], ms: number) => Promise<boolean>;
  readonly resume: () => void;
}

export async function startFollower(options: FollowerOptions): Promise<Follower> {
  const { kafka, topic, positions, signal, log } = options;
  const skipped = createSkippedBatches({ kafka, topic, log });
  const alignment = createBatchAlignment();
  const positionOf = (partition: number): number => positions.get(partition) ?? 0;
  const gate = createPauseGate();
  const write = async (batch: Batch): Promise<number> => {
    const { partition } = batch;
    const aligned = alignment.ofRecords(batch, positionOf(partition));
    if (aligned.kind === 'seek') return aligned.next;
    const reached = await writeBatch(options, { partition, records: aligned.records });
    positions.set(partition, reached);
    return reached;
  };
  const skip = async (batch: UnreadableBatch): Promise<number> => {
    const { partition, lastOffset } = batch;
    const aligned = alignment.ofUnreadable(batch, positionOf(partition));
    if (aligned.kind === 'seek') return aligned.next;
    await skipped.assertSkipped(batch);
    const last = fingerprintOfBatch(batch);
    const reached = await advancePastSkipped(options, { partition, next: lastOffset + 1, last });
    positions.set(partition, reached);
    return reached;
  };
  const runWithRetries = (work: () => Promise<number>): Promise<number> =>
    gate.run(() => retryTransient(work, { signal, onRetry: () => undefined, log }));
  const consumer = await followTopic(kafka, {
    name: 'rebuild',
    topic,
    concurrency,
    positions: () => positions,
    onBatch: (batch) => runWithRetries(() => write(batch)),
    onUnreadable: (batch) => runWithRetries(() => skip(batch)),
    log,
  });
  return {
    failure: consumer.failure,
    lag: (ends) => [...ends].reduce((sum, [partition, { high }]) => sum + Math.max(0, high - positionOf(partition)), 0),
    catchUp: async (live, ms) => {
      const deadline = performance.now() + ms;
      const hasCaughtUp = (): boolean =>
        live.every(({ partition, nextOffset }) => (positions.get(partition) ?? Infinity) >= nextOffset);
      while (!hasCaughtUp() && performance.now() < deadline) await sleep(catchUpPollMs);
      if (!hasCaughtUp()) return false;
      await gate.pause();
      return true;
    },
    resume: gate.resume,
    [Symbol.asyncDispose]: async () => {
      gate.resume();
      await consumer[Symbol.asyncDispose]();
    },
  };
}
