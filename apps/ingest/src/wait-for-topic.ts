import { setTimeout as pause } from 'node:timers/promises';
import { isTransientKafkaFailure, topicFacts } from '@callstream/runtime';
import type { Kafka, Log, TopicFacts } from '@callstream/runtime';

/** Pause between two attempts, in ms; an attempt itself tries for some seconds. */
const againAfterMs = 1_000;

/**
 * What of the topic must be known before the first webhook; waits for as long as Kafka is away or the topic is missing.
 * Undefined if `stopped` came first. @throws what will not pass by itself
 */
export async function waitForTopic(
  kafka: Kafka,
  topic: string,
  { stopped, log }: { stopped: Promise<unknown>; log: Log },
): Promise<TopicFacts | undefined> {
  const stop = stopped.then(() => undefined);
  for (;;) {
    try {
      return await Promise.race([topicFacts(kafka, topic), stop]);
    } catch (error) {
      if (!isTransientKafkaFailure(error)) throw error;
      log.warn({ topic, reason: (error as Error).message }, 'ingest.waits-for-kafka');
    }
    if (await Promise.race([stop.then(() => true), pause(againAfterMs, false)])) return undefined;
  }
}
