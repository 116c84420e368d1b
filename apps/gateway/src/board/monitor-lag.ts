import { isProgrammingError, sleep } from '@callstream/resilience';
import { endOffsets, within } from '@callstream/runtime';
import type { BlockedPartitions, Kafka, Log } from '@callstream/runtime';
import type { LogReader } from './log-reader.ts';
import type { Outage } from './outage.ts';
import type { BoardProgress } from './progress.ts';

/** How often Kafka is asked for the high watermarks, in ms. */
const checkEveryMs = 2_500;
/** Timeout of the answer, in ms. */
const answerMsMax = 3_000;
/** If records wait and none is read for this long, the reader is restarted; in ms. */
const stalledMsMax = 30_000;

export interface MonitorLagOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly progress: BoardProgress;
  readonly blocked: Pick<BlockedPartitions, 'isBlocked'>;
  readonly reader: Pick<LogReader, 'isReading' | 'restart'>;
  /** The high watermarks cannot be read from Kafka. */
  readonly kafkaOutage: Outage;
  /** The log cannot be read. */
  readonly logOutage: Outage;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/**
 * Measures how far the board is behind the log, also while no records come: the age of the board depends on it. A stall
 * watchdog too: it restarts a reader that makes no progress.
 * @throws the first programming error
 */
export async function monitorLag(options: MonitorLagOptions): Promise<void> {
  const { kafka, topic, progress, blocked, reader, kafkaOutage, logOutage, signal, log } = options;
  let progressAt = performance.now();
  let lag = 0;
  const isStopping = (): boolean => signal.aborted;
  for (; !isStopping(); await sleep(checkEveryMs, signal)) {
    const askedAt = Date.now();
    const ends = await within(answerMsMax, endOffsets(kafka, topic, signal)).catch((error: unknown) => {
      if (isProgrammingError(error)) throw error;
      if (!isStopping()) kafkaOutage.note(error);
      return null;
    });
    if (ends === null) continue;
    progress.sawHighWatermarks(ends, askedAt);
    kafkaOutage.over();
    if (reader.isReading() && progress.asOf() >= askedAt) logOutage.over();
    // A blocked partition waits for an operator: a restart would not help it.
    const lagNow = progress.lag(blocked.isBlocked);
    if (lagNow === 0 || lagNow < lag) progressAt = performance.now();
    lag = lagNow;
    if (performance.now() - progressAt < stalledMsMax) continue;
    log.error({ lag }, 'board.stalled');
    progressAt = performance.now();
    reader.restart();
  }
}
