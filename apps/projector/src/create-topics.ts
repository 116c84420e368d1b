import {
  connectKafka,
  deadLetterTopic,
  describeTopic,
  ensureTopics,
  isTransientKafkaError,
  kafkaConnection,
} from '@callstream/runtime';
import type { CommandContext, EnsureTopicsOptions } from '@callstream/runtime';
import type { ProjectorConfig } from './config.ts';
import { retryTransient } from './supervision/retry-transient.ts';

/** How long transient errors of Kafka are retried, in ms: brokers that start at the same time do not all answer at once. */
const kafkaWithinMs = 60_000;

/** Settings of new topics; existing ones keep theirs. */
export type TopicOptions = Pick<EnsureTopicsOptions, 'partitions' | 'replicas' | 'inSyncMin'>;

export interface CreatedTopics {
  readonly topic: string;
  readonly partitions: number;
}

/** Creates missing topics. Existing ones stay as they are, so a retry starts over safely. */
export async function createMissingTopics(
  config: ProjectorConfig,
  { log, signal }: Pick<CommandContext, 'log' | 'signal'>,
  options: TopicOptions = {},
): Promise<CreatedTopics> {
  const { KAFKA_BROKERS: brokers, KAFKA_TOPIC: topic } = config;
  const kafka = connectKafka({ ...kafkaConnection(config), clientId: 'callstream-migrate', log });
  const attempt = async (): Promise<number> => {
    await ensureTopics(kafka, { topic, ...options, log });
    return (await describeTopic(kafka, topic)).partitions;
  };
  const retryOptions = { signal, withinMs: kafkaWithinMs, onRetry: () => undefined, log };
  const partitions = await retryTransient(attempt, retryOptions).catch((error: unknown) => {
    if (!isTransientKafkaError(error)) throw error;
    throw new Error(
      `The topics could not be created within ${kafkaWithinMs / 1_000} s: Kafka does not answer at ${brokers.join(', ')} (${(error as Error).message}). Start it (npm start), or set KAFKA_BROKERS.`,
      { cause: error },
    );
  });
  return { topic, partitions };
}

export const topicsText = ({ topic, partitions }: CreatedTopics): string =>
  `The topics "${topic}" (${partitions} partitions) and "${deadLetterTopic(topic)}" exist.`;
