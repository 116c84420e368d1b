import './patches/fetch-response.ts';
import './patches/leaderless-partitions.ts';
import './patches/offset-out-of-range.ts';
import './patches/reconnect.ts';
import './patches/request-queue.ts';
import './patches/explain-errors.ts';
import kafkajs from 'kafkajs';
import type { Admin, AdminConfig, Kafka, LogEntry } from 'kafkajs';
import type { KafkaConnection } from '../config/kafka-env.ts';
import type { Log } from '../log.ts';
import { createSocketFactory } from './patches/socket-factory.ts';

export type { Kafka } from 'kafkajs';

export interface ConnectKafkaOptions extends KafkaConnection {
  readonly clientId: string;
  /** Whether to retry for some seconds when brokers are unavailable (default); else each broker is tried once. */
  readonly retryConnect?: boolean;
  readonly log: Log;
}

/** A client of a cluster; connects on first use. */
export function connectKafka({ brokers, ssl, sasl, clientId, retryConnect = true, log }: ConnectKafkaOptions): Kafka {
  const { Kafka: Client, logLevel } = kafkajs;
  return new Client({
    brokers: [...brokers],
    ...(ssl && { ssl }),
    ...(sasl && { sasl }),
    socketFactory: createSocketFactory(),
    clientId,
    connectionTimeout: 3_000,
    requestTimeout: 30_000,
    // Each retry goes to the next broker.
    ...(!retryConnect && { retry: { initialRetryTime: 10, retries: brokers.length - 1 } }),
    logLevel: logLevel.WARN,
    // At debug level: most of what kafkajs logs as errors are attempts that it retries. The others reject our calls.
    logCreator:
      () =>
      ({ log: entry }: LogEntry) =>
        log.debug({ kafka: entry.message, error: entry['error'] as unknown }, 'kafka.client'),
  });
}

/** Runs `use` with an admin client, and disconnects it. */
export async function withAdmin<T>(
  kafka: Kafka,
  use: (admin: Admin) => Promise<T>,
  config: AdminConfig = {},
): Promise<T> {
  const admin = kafka.admin(config);
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}
