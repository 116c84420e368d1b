import { isProgrammingError, sleep } from '@callstream/resilience';
import { endOffsets, topicExists, within } from '@callstream/runtime';
import type { Kafka } from '@callstream/runtime';
import { readPositions, withConnection } from '@callstream/tables';
import type { Position, Tables } from '@callstream/tables';
import pMemoize from 'p-memoize';
import { createProgressCheck } from './progress-check.ts';
import type { ProgressCheckOptions, ProgressObservation, ProgressStatus } from './progress-check.ts';

export interface StallWatchdogOptions extends ProgressCheckOptions {
  readonly kafka: Kafka;
  readonly db: Tables;
  readonly signal: AbortSignal;
}

export interface StallWatchdog {
  /** Rejects on a stall, and when the log is no longer the one that was projected. */
  readonly failure: Promise<never>;
  readonly status: () => ProgressStatus;
}

const checkEveryMs = 2_000;
/** Longest that Kafka or Postgres may take to answer before it counts as unavailable, in ms. */
const answerWithinMs = 4_000;

/**
 * Checks every two seconds that the projector makes progress. kafkajs can stop without an error, and a statement can hang: then
 * `failure` rejects, the process ends, and its supervisor restarts it. An unavailable Kafka or Postgres is no stall.
 */
export function startStallWatchdog(options: StallWatchdogOptions): StallWatchdog {
  const { promise: failure, reject } = Promise.withResolvers<never>();
  failure.catch(() => undefined);
  let status: ProgressStatus = { problem: null, lag: 0 };
  const check = createProgressCheck(options);
  const observe = createObserve(options);
  const run = async (): Promise<void> => {
    while (!options.signal.aborted) {
      const observed = await observe().catch(asNoAnswer);
      status = observed instanceof NoAnswer ? { problem: observed.message, lag: status.lag } : check(observed);
      await sleep(checkEveryMs, options.signal);
    }
  };
  run().catch(reject);
  return { failure, status: () => status };
}

/** Kafka or Postgres fails, or takes too long. */
class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** @throws `error` itself, if it is another: it would be a bug, and ends the process */
function asNoAnswer(error: unknown): NoAnswer {
  if (!(error instanceof NoAnswer)) throw error;
  return error;
}

/** Reads the positions first: then the log cannot end before them. @throws {NoAnswer} if Kafka does not answer in time */
function createObserve({ kafka, db, topic, signal }: StallWatchdogOptions): () => Promise<ProgressObservation> {
  const queryPositions = withDeadline('Postgres', () => withConnection(db, readPositions));
  const queryEnds = withDeadline('Kafka', () => endOffsets(kafka, topic, signal));
  const queryTopic = withDeadline('Kafka', () => topicExists(kafka, topic));
  let positions: readonly Position[] = [];
  return async () => {
    let postgresError: string | null = null;
    try {
      positions = await queryPositions();
    } catch (error) {
      postgresError = asNoAnswer(error).message;
    }
    const ends = await queryEnds().catch(async (error: unknown) => {
      if (postgresError !== null) throw new NoAnswer(postgresError, { cause: error });
      if (await queryTopic()) throw error;
      return null;
    });
    return { positions, ends, postgresError };
  };
}

/** A query with a deadline, single-flight: a call after an expired one waits for the same answer. */
function withDeadline<T>(server: string, query: () => Promise<T>): () => Promise<T> {
  const sharedQuery = pMemoize(query, { cache: false });
  return () =>
    within(answerWithinMs, sharedQuery()).catch((error: unknown) => {
      if (isProgrammingError(error)) throw error;
      throw new NoAnswer(`${server} does not answer: ${(error as Error).message}`, { cause: error });
    });
}
