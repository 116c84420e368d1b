import { setTimeout as pause } from 'node:timers/promises';
import { durabilityProblems, isKafkaError, describeTopic } from '@callstream/runtime';
import type { Kafka, Log, TopicDescription } from '@callstream/runtime';

/** Pause between two attempts, in ms; an attempt itself tries for some seconds. */
const againAfterMs = 1_000;

/**
 * What of the topic must be known before the first webhook; waits for as long as Kafka is away, does not let us in, or the
 * topic is missing: events go to the spool meanwhile, and somebody mends it. Warns if the topic could lose what it has
 * acknowledged. Undefined if `stopped` came first. @throws what is no failure of Kafka
 */
export async function waitForTopic(
  kafka: Kafka,
  topic: string,
  { stopped, log }: { stopped: Promise<unknown>; log: Log },
): Promise<TopicDescription | undefined> {
  const stop = stopped.then(() => undefined);
  for (;;) {
    try {
      const facts = await Promise.race([describeTopic(kafka, topic), stop]);
      for (const reason of facts ? durabilityProblems(facts.durability) : [])
        log.warn({ topic, reason }, 'topic.not-durable');
      return facts;
    } catch (error) {
      if (!isKafkaError(error)) throw error;
      log.warn({ topic, reason: (error as Error).message }, 'ingest.waits-for-kafka');
    }
    if (await Promise.race([stop.then(() => true), pause(againAfterMs, false)])) return undefined;
  }
}
