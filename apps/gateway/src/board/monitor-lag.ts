import { endOffsets, within } from '@callstream/runtime';
import type { BlockedPartitions, Kafka, Log } from '@callstream/runtime';
import type { BoardProgress } from './progress.ts';
import type { LogReader } from './log-reader.ts';
import { sleep } from './sleep.ts';
import type { Outage } from './outage.ts';

/** How often Kafka is asked where the log ends, in ms. */
const askEveryMs = 2_500;
/** Longest that it is waited for, in ms. */
const askMsMax = 3_000;
/** Records wait, and for so long none was read: reading begins anew; in ms. */
const stalledMsMax = 30_000;

export interface MonitorLagOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly progress: BoardProgress;
  readonly heldUp: Pick<BlockedPartitions, 'has'>;
  readonly reading: LogReader;
  /** Kafka does not say where the log ends. */
  readonly withEnds: Outage;
  /** The log cannot be read. */
  readonly withReading: Outage;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** Finds out again and again how far the board is behind, also when nothing comes: that makes the board's age. */
export async function monitorLag(options: MonitorLagOptions): Promise<void> {
  const { kafka, topic, progress, heldUp, reading, withEnds, withReading, signal, log } = options;
  let progressAt = performance.now();
  let lag = 0;
  const isStopping = (): boolean => signal.aborted;
  for (; !isStopping(); await sleep(signal, askEveryMs)) {
    const askedAt = Date.now();
    try {
      progress.sawEnds(await within(askMsMax, endOffsets(kafka, topic, signal)), askedAt);
      withEnds.over();
    } catch (error) {
      if (!isStopping()) withEnds.note(error);
      continue;
    }
    if (reading.isReading() && progress.asOf() >= askedAt) withReading.over();
    // What waits for an operator is not waited for here: reading anew would not help.
    const now = progress.lag(heldUp.has);
    if (now === 0 || now < lag) progressAt = performance.now();
    lag = now;
    if (performance.now() - progressAt < stalledMsMax) continue;
    log.error({ lag }, 'board.stalled');
    progressAt = performance.now();
    reading.restart();
  }
}
