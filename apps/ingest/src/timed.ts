import type { Metrics } from './metrics.ts';

/** Does `send` and records how many events went with it and how long Kafka took. */
export async function timed(
  { batchRecords, produceSeconds }: Metrics,
  records: number,
  send: () => Promise<void>,
): Promise<void> {
  batchRecords.observe(records);
  const end = produceSeconds.startTimer();
  await send();
  end();
}
