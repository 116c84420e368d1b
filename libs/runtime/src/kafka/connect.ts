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
  /** How often it tries to connect: `patient`, for some seconds; `once`, each broker once, at once. */
  readonly connects?: 'patient' | 'once';
  readonly log: Log;
}

/** A handle on a cluster; connects when first used. */
export function connectKafka({ brokers, ssl, sasl, clientId, connects = 'patient', log }: ConnectKafkaOptions): Kafka {
  const { Kafka: Client, logLevel } = kafkajs;
  return new Client({
    brokers: [...brokers],
    ...(ssl && { ssl }),
    ...(sasl && { sasl }),
    socketFactory: createSocketFactory(),
    clientId,
    connectionTimeout: 3_000,
    requestTimeout: 30_000,
    // Every further attempt is at the next broker.
    ...(connects === 'once' && { retry: { initialRetryTime: 10, retries: brokers.length - 1 } }),
    logLevel: logLevel.WARN,
    // What kafkajs calls an error is mostly an attempt that it repeats; what matters reaches us as a rejection.
    logCreator:
      () =>
      ({ log: entry }: LogEntry) =>
        log.debug({ kafka: entry.message, error: entry['error'] as unknown }, 'kafka.client'),
  });
}

/** Runs `use` with an admin client of its own. */
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
