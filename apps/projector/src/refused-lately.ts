import { deadLetterTopic, endOffsets, readRanges, topicExists } from '@callstream/runtime';
import type { Kafka, Log } from '@callstream/runtime';

/** Among so many of the last records of each partition of the DLQ it is looked for them. */
const lookBack = 100;

/** When Postgres refused records before, at most `max`, in ms since 1970. Events that are none do not count. */
export async function refusedLately(
  kafka: Kafka,
  { topic, max, log }: { topic: string; max: number; log: Log },
): Promise<number[]> {
  const dlq = deadLetterTopic(topic);
  if (!(await topicExists(kafka, dlq))) return [];
  const ends = await endOffsets(kafka, dlq);
  const times: number[] = [];
  await readRanges(kafka, {
    ...{ topic: dlq, log },
    ranges: new Map([...ends].map(([partition, { high }]) => [partition, { from: high - lookBack, to: high }])),
    // This only looks: what of the DLQ cannot be read counts for nothing.
    onUnreadable: () => undefined,
    onRecords: (records) => {
      for (const { headers } of records)
        if (headers.get('dlq_kind')?.toString() === 'refused')
          times.push(Date.parse(headers.get('dlq_at')?.toString() ?? ''));
    },
  });
  return times
    .filter((time) => !Number.isNaN(time))
    .toSorted((a, b) => a - b)
    .slice(-max);
}
