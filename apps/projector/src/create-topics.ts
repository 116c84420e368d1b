import {
  connectKafka,
  ensureTopics,
  isTransientKafkaError,
  kafkaConnection,
  stopSignal,
  describeTopic,
} from '@callstream/runtime';
import type { Log, EnsureTopicsOptions } from '@callstream/runtime';
import type { ProjectorConfig } from './config.ts';
import { retryTransient } from './supervision/retry-transient.ts';

/** How long Kafka may fail for a passing reason, in ms: brokers that start beside us do not all answer at once. */
const kafkaWithinMs = 60_000;

/** Of topics that are not there yet. */
export type TopicOptions = Pick<EnsureTopicsOptions, 'partitions' | 'replicas' | 'inSyncMin'>;

/** Makes the topics that are missing. What is there already stays, so what failed is done again as a whole. @returns partitions of the topic */
export async function createMissingTopics(
  config: ProjectorConfig,
  log: Log,
  options: TopicOptions = {},
): Promise<number> {
  const { KAFKA_BROKERS: brokers, KAFKA_TOPIC: topic } = config;
  const stopping = new AbortController();
  void stopSignal().then((signal) => stopping.abort(new Error(`Stopped by ${signal}. What was made stays.`)));
  const kafka = connectKafka({ ...kafkaConnection(config), clientId: 'callstream-migrate', log });
  const attempt = async (): Promise<number> => {
    await ensureTopics(kafka, { topic, ...options, log });
    return (await describeTopic(kafka, topic)).partitions;
  };
  const trying = { signal: stopping.signal, withinMs: kafkaWithinMs, onRetry: () => undefined, log };
  const partitions = await retryTransient(attempt, trying).catch((error: unknown) => {
    if (!isTransientKafkaError(error)) throw error;
    throw new Error(
      `The topics could not be made within ${kafkaWithinMs / 1_000} s: Kafka does not answer at ${brokers.join(', ')} (${(error as Error).message}). Start it (npm start), or set KAFKA_BROKERS.`,
      { cause: error },
    );
  });
  log.info({ topic, partitions }, 'topics.ready');
  return partitions;
}
