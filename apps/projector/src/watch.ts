import { setTimeout as pause } from 'node:timers/promises';
import { endOffsets, topicExists, within } from '@callstream/runtime';
import type { Kafka } from '@callstream/runtime';
import { readPositions, withConnection } from '@callstream/tables';
import type { Position, Tables } from '@callstream/tables';
import { checkEnds, noTopic } from './check-log.ts';
import type { Ends } from './check-log.ts';
import type { Metrics } from './metrics.ts';
import { createProgress } from './progress.ts';
import { checkVersion, ProjectionStopped } from './stopped.ts';
import type { Troubles } from './troubles.ts';

export interface Watching {
  readonly kafka: Kafka;
  readonly db: Tables;
  readonly topic: string;
  /** Partitions that this projector has; null before it has joined its group. */
  readonly assigned: () => ReadonlySet<number> | null;
  /** Before this offset there is nothing to apply from `position` on. */
  readonly passed: (partition: number, position: number) => number;
  readonly troubles: Troubles;
  readonly metrics: Metrics;
  /** Without progress for this long, while records wait, it ends, in ms. */
  readonly stallMs: number;
  readonly signal: AbortSignal;
}

export interface Watch {
  /** Rejects when there is no progress, and when the log is no longer the one that was projected. */
  readonly failure: Promise<never>;
  /** What stands in the way, or null; and how many records wait. */
  readonly status: () => { readonly problem: string | null; readonly lag: number };
}

const lookEveryMs = 2_000;
/** Longest that Kafka or Postgres may take to answer before it counts as away, in ms. */
const answersWithinMs = 4_000;
/** Without progress for this long it is not ready, in ms. */
const notReadyAfterMs = 10_000;

/**
 * Looks every two seconds whether the projector gets on. kafkajs can stop without a word, and a statement can hang: then
 * this fails, the process ends, and whoever supervises it starts it again. That somebody is away is no lack of progress.
 */
export function watchProgress(watching: Watching): Watch {
  const { promise: failure, reject } = Promise.withResolvers<never>();
  failure.catch(() => undefined);
  let status: { problem: string | null; lag: number } = { problem: null, lag: 0 };
  const judge = createJudge(watching);
  const see = createSight(watching);
  const look = async (): Promise<void> => {
    const seen = await see().catch((error: unknown) => error as Error);
    status = seen instanceof Error ? { problem: seen.message, lag: status.lag } : judge(seen);
  };
  const keepLooking = async (): Promise<void> => {
    while (!watching.signal.aborted) {
      await look();
      await pause(lookEveryMs, undefined, { signal: watching.signal }).catch(() => undefined);
    }
  };
  keepLooking().catch(reject);
  return { failure, status: () => status };
}

interface Seen {
  readonly positions: readonly Position[];
  /** Null: there is no such topic. */
  readonly ends: Ends | null;
}

/** Reads the positions first: then the log cannot end before them. @throws {Error} saying who does not answer */
function createSight({ kafka, db, topic, signal }: Watching): () => Promise<Seen> {
  const askPostgres = ask('Postgres', () => withConnection(db, readPositions));
  const askEnds = ask('Kafka', () => endOffsets(kafka, topic, signal));
  const askTopic = ask('Kafka', () => topicExists(kafka, topic));
  return async () => {
    const positions = await askPostgres();
    const ends = await askEnds().catch(async (error: unknown) => {
      if (await askTopic()) throw error;
      return null;
    });
    return { positions, ends };
  };
}

/** A question with a deadline. Asked again before it is answered, it waits for the same answer. */
function ask<T>(whom: string, question: () => Promise<T>): () => Promise<T> {
  let asking: Promise<T> | undefined;
  return () => {
    asking ??= question().finally(() => (asking = undefined));
    return within(answersWithinMs, asking).catch((error: unknown) => {
      throw new Error(`${whom} does not answer: ${(error as Error).message}`, { cause: error });
    });
  };
}

/** @throws {ProjectionStopped} from the function that it returns */
function createJudge({ topic, assigned, passed, troubles, metrics, stallMs }: Watching) {
  const progress = createProgress();
  const startedAt = Date.now();
  let previous: Error | undefined;
  return ({ positions, ends }: Seen): { problem: string | null; lag: number } => {
    const at = Date.now();
    try {
      if (ends === null) throw noTopic(topic, positions);
      checkEnds(topic, positions, ends);
      for (const { version } of positions) checkVersion(version);
      previous = undefined;
    } catch (error) {
      // Twice in a row: while partitions change their leader, a single answer may be an old one.
      if (previous || !(error instanceof Error)) throw error;
      previous = error;
      return { problem: error.message, lag: 0 };
    }
    const mine = assigned();
    if (mine === null && at - startedAt > stallMs) throw stalled('has not joined its consumer group', at - startedAt);
    let [problem, sum]: [string | null, number] = [null, 0];
    for (const { partition, nextOffset: position, lastTimestamp } of positions) {
      if (!mine?.has(partition)) {
        progress.forget(partition);
        metrics.lag.remove({ partition });
        metrics.lagSeconds.remove({ partition });
        continue;
      }
      const end = ends.get(partition)?.high ?? 0;
      const { lag, lagMs, stalledMs } = progress.observe(partition, {
        ...{ at, end, position, lastTimestamp },
        passed: passed(partition, position),
        inTrouble: troubles.isIn(partition),
      });
      metrics.lag.set({ partition }, lag);
      metrics.lagSeconds.set({ partition }, lagMs / 1_000);
      sum += lag;
      const what = `partition ${partition} stays at offset ${position} while ${lag} records wait`;
      if (stalledMs > stallMs) throw stalled(what, stalledMs);
      if (stalledMs > notReadyAfterMs) problem = `No progress for ${Math.round(stalledMs / 1_000)} s: ${what}.`;
    }
    return { problem, lag: sum };
  };
}

const stalled = (what: string, ms: number): ProjectionStopped =>
  new ProjectionStopped(
    `No progress for ${Math.round(ms / 1_000)} s: ${what}, and no error says why. Ending, to be started again.`,
  );
