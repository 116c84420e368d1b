import { setTimeout as pause } from 'node:timers/promises';
import { endOffsets, topicExists, within } from '@callstream/runtime';
import type { Kafka } from '@callstream/runtime';
import { readPositions, withConnection } from '@callstream/tables';
import type { Position, Tables } from '@callstream/tables';
import { createProgressCheck } from './progress-check.ts';
import type { ProgressCheckOptions, ProgressObservation, ProgressStatus } from './progress-check.ts';

export interface StallWatchdogOptions extends ProgressCheckOptions {
  readonly kafka: Kafka;
  readonly db: Tables;
  readonly signal: AbortSignal;
}

export interface StallWatchdog {
  /** Rejects when there is no progress, and when the log is no longer the one that was projected. */
  readonly failure: Promise<never>;
  /** What stands in the way, or null; and how many records wait. */
  readonly status: () => ProgressStatus;
}

const lookEveryMs = 2_000;
/** Longest that Kafka or Postgres may take to answer before it counts as away, in ms. */
const answersWithinMs = 4_000;

/**
 * Looks every two seconds whether the projector gets on. kafkajs can stop without a word, and a statement can hang: then
 * this fails, the process ends, and whoever supervises it starts it again. That somebody is away is no lack of progress.
 */
export function startStallWatchdog(watching: StallWatchdogOptions): StallWatchdog {
  const { promise: failure, reject } = Promise.withResolvers<never>();
  failure.catch(() => undefined);
  let status: ProgressStatus = { problem: null, lag: 0 };
  const judge = createProgressCheck(watching);
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

/** Reads the positions first: then the log cannot end before them. @throws {Error} saying that Kafka does not answer */
function createSight({ kafka, db, topic, signal }: StallWatchdogOptions): () => Promise<ProgressObservation> {
  const askPostgres = ask('Postgres', () => withConnection(db, readPositions));
  const askEnds = ask('Kafka', () => endOffsets(kafka, topic, signal));
  const askTopic = ask('Kafka', () => topicExists(kafka, topic));
  let known: readonly Position[] = [];
  return async () => {
    let away: string | null = null;
    try {
      known = await askPostgres();
    } catch (error) {
      away = (error as Error).message;
    }
    const ends = await askEnds().catch(async (error: unknown) => {
      if (away !== null) throw new Error(away, { cause: error });
      if (await askTopic()) throw error;
      return null;
    });
    return { positions: known, ends, away };
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
