import { setTimeout as pause } from 'node:timers/promises';
import { durabilityProblems, isKafkaError, describeTopic } from '@callstream/runtime';
import type { Kafka, Log, TopicDescription } from '@callstream/runtime';

/** Pause between two attempts, in ms. kafkajs retries within an attempt for some seconds. */
const retryAfterMs = 1_000;

/**
 * Reads the topic's metadata, and retries for as long as Kafka is unavailable, denies access or lacks the topic; meanwhile
 * events go to the spool. Logs a warning if the topic may lose, change or refuse records.
 * @returns undefined if `stopped` resolves first
 * @throws the reason if `stopped` rejects first; the first error that is not from Kafka
 */
export async function waitForTopic(
  kafka: Kafka,
  topic: string,
  { stopped, log }: { stopped: Promise<unknown>; log: Log },
): Promise<TopicDescription | undefined> {
  const stop = stopped.then(() => undefined);
  for (;;) {
    try {
      const description = await Promise.race([describeTopic(kafka, topic), stop]);
      if (description) warnOfTopic(topic, description, log);
      return description;
    } catch (error) {
      if (!isKafkaError(error)) throw error;
      log.warn({ topic, reason: (error as Error).message }, 'ingest.waits-for-kafka');
    }
    if (await Promise.race([stop.then(() => true), pause(retryAfterMs, false)])) return undefined;
  }
}

function warnOfTopic(topic: string, { durability, settingDifferences }: TopicDescription, log: Log): void {
  for (const reason of durabilityProblems(durability)) log.warn({ topic, reason }, 'topic.not-durable');
  for (const { setting, found, wanted, reason } of settingDifferences)
    log.warn({ topic, setting, found, wanted, reason }, 'topic.configuration-differs');
}
