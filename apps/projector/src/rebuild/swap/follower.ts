import { setTimeout as sleep } from 'node:timers/promises';
import { createSkippedBatches, followTopic } from '@callstream/runtime';
import type { Batch, RunningConsumer, Kafka, Log, UnreadableBatch } from '@callstream/runtime';
import type { Position, Tables } from '@callstream/tables';
import { fingerprintOfBatch } from '../../supervision/fingerprint.ts';
import { retryTransient } from '../../supervision/retry-transient.ts';
import type { ExcludeRecord } from '../fill/exclude-record.ts';
import { advancePastSkipped, writeBatch } from '../fill/write-batch.ts';

const concurrency = 4;
/** While it catches up, everybody waits. */
const catchUpPollMs = 5;

export interface FollowerOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  /** The tables that are to keep up with the log, and that only we write. */
  readonly db: Tables;
  readonly positions: Map<number, number>;
  readonly leaveOut: ExcludeRecord;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** Keeps tables that are not live up with the log, until disposed. */
export interface Follower extends RunningConsumer {
  /** Records that the tables do not have yet, of a log that ends at `ends`. */
  readonly behind: (ends: ReadonlyMap<number, { readonly high: number }>) => number;
  /** Waits until the tables are where `live` is, and then writes no more until `resume`. False: not within `ms`. */
  readonly catchUp: (live: readonly Position[], ms: number) => Promise<boolean>;
  readonly resume: () => void;
}

export async function startFollower({ kafka, topic, db, positions, ...options }: FollowerOptions): Promise<Follower> {
  const { leaveOut, signal, log } = options;
  const skipped = createSkippedBatches({ kafka, topic, log });
  const writing = new Set<Promise<number>>();
  let paused: PromiseWithResolvers<undefined> | undefined;

  const write = async (batch: Batch): Promise<number> => {
    const reached = await writeBatch({ db, positions, leaveOut }, batch);
    positions.set(batch.partition, reached);
    return reached;
  };
  const pass = async (batch: UnreadableBatch): Promise<number> => {
    const { partition, lastOffset } = batch;
    if ((positions.get(partition) ?? 0) > lastOffset) return positions.get(partition) ?? 0;
    await skipped.check(batch);
    const reached = await advancePastSkipped(
      { db, positions },
      { partition, next: lastOffset + 1, last: fingerprintOfBatch(batch) },
    );
    positions.set(partition, reached);
    return reached;
  };
  const unlessPaused = async (work: () => Promise<number>): Promise<number> => {
    while (paused) await paused.promise;
    const written = retryTransient(work, { signal, onRetry: () => undefined, log });
    writing.add(written);
    return written.finally(() => writing.delete(written));
  };
  const resume = (): void => {
    paused?.resolve(undefined);
    paused = undefined;
  };
  const reading = await followTopic(kafka, {
    name: 'rebuild',
    topic,
    concurrency,
    positions: () => positions,
    onBatch: (batch) => unlessPaused(() => write(batch)),
    onUnreadable: (batch) => unlessPaused(() => pass(batch)),
    log,
  });
  return {
    failure: reading.failure,
    behind: (ends) =>
      [...ends].reduce((sum, [partition, { high }]) => sum + Math.max(0, high - (positions.get(partition) ?? 0)), 0),
    catchUp: async (live, ms) => {
      const deadline = performance.now() + ms;
      const has = (): boolean =>
        live.every(({ partition, nextOffset }) => (positions.get(partition) ?? Infinity) >= nextOffset);
      while (!has() && performance.now() < deadline) await sleep(catchUpPollMs);
      if (!has()) return false;
      paused ??= Promise.withResolvers();
      await Promise.all(writing);
      return true;
    },
    resume,
    [Symbol.asyncDispose]: async () => {
      resume();
      await reading[Symbol.asyncDispose]();
    },
  };
}
