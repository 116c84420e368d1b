import { isProgrammingError, sleep } from '@callstream/resilience';
import { endOffsets, within } from '@callstream/runtime';
import type { Kafka } from '@callstream/runtime';
import type { DelegatorStatus } from '../status.ts';
import type { ReadProgress } from './read-progress.ts';

/** How often Kafka is asked for the end of the log, in ms: before a call that waits meanwhile is lost. */
const checkEveryMs = 1_000;
/** Timeout of the answer, in ms. */
const answerWithinMs = 3_000;
/** Stall after which the delegator is not ready, in ms: longer than a rebalance after `kill -9` of another one. */
const notReadyAfterMs = 10_000;
/** Stall after which it ends, so that its supervisor restarts it, in ms. */
const endsAfterMs = 30_000;

interface MonitorLogOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly progress: ReadProgress;
  readonly status: Pick<DelegatorStatus, 'set' | 'hasProblem'>;
  readonly signal: AbortSignal;
}

export interface LogMonitor extends AsyncDisposable {
  /** Rejects after a stall; never resolves. */
  readonly failure: Promise<never>;
}

export function startLogMonitor(options: Omit<MonitorLogOptions, 'signal'>): LogMonitor {
  const stopping = new AbortController();
  const { promise: failure, reject } = Promise.withResolvers<never>();
  failure.catch(() => undefined);
  const monitoring = monitorLog({ ...options, signal: stopping.signal }).catch(reject);
  const close = async (): Promise<void> => {
    stopping.abort();
    await monitoring;
  };
  return { failure, [Symbol.asyncDispose]: close };
}

/**
 * Notices that Kafka is away also while no call comes, and that the consumer stands still: kafkajs can stop without an error.
 * Resolves once it is aborted. @throws {Error} after a stall of 30 s that no outage explains; the first programming error
 */
async function monitorLog({ kafka, topic, progress, status, signal }: MonitorLogOptions): Promise<void> {
  for (; !signal.aborted; await sleep(checkEveryMs, signal)) {
    const attempt = new AbortController();
    const ends = await within(answerWithinMs, endOffsets(kafka, topic, attempt.signal)).catch((error: unknown) => {
      if (isProgrammingError(error)) throw error;
      // Its own retries end, too.
      attempt.abort();
      return error as Error;
    });
    const at = performance.now();
    if (ends instanceof Error) {
      if (!isAborted(signal)) status.set('Kafka', `Kafka does not answer: ${ends.message}`);
      progress.excuse(at);
      continue;
    }
    if (status.hasProblem('Postgres')) progress.excuse(at);
    const stalledMs = progress.stalledMs(ends, at);
    const stall = `records of ${topic} wait, and none was read for ${Math.round(stalledMs / 1_000)} s.`;
    if (stalledMs > endsAfterMs)
      throw new Error(`No outage explains that ${stall} The delegator ends so that its supervisor restarts it.`);
    status.set('Kafka', stalledMs > notReadyAfterMs ? `The consumer stands still: ${stall}` : null);
  }
}

/** Awaits change it, which the compiler does not know. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;
