import type { Log } from '@callstream/runtime';
import type { Metrics } from './metrics.ts';

/** Does `send` and records how many events went with it and how long Kafka took. */
export async function timed(
  { metrics, log, records }: { metrics: Metrics; log: Log; records: number },
  send: () => Promise<void>,
): Promise<void> {
  metrics.batchRecords.observe(records);
  const end = metrics.produceSeconds.startTimer();
  await send();
  log.debug({ records, duration_ms: Math.round(end() * 1_000) }, 'batch.published');
}
