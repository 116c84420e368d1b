import kafkajs from 'kafkajs';
import type { LogEntry, Mechanism, SASLOptions } from 'kafkajs';
import type { KafkaConnection } from '../config/kafka-env.ts';
import type { Log } from '../log.ts';
import { toKafka } from './client.ts';
import type { Kafka } from './client.ts';
import { install } from './kafkajs-2.2.4/install.ts';
import { oauthMechanism } from './oauth-mechanism.ts';
import { reauthenticateBeforeMs } from './oauth-token.ts';
import { createSocketFactory } from './kafkajs-2.2.4/socket-factory.ts';

export interface ConnectKafkaOptions extends KafkaConnection {
  readonly clientId: string;
  /** Whether to retry for some seconds when brokers are unavailable (default); else each broker is tried once. */
  readonly retryConnect?: boolean;
  readonly log: Log;
}

/** A client of a cluster; connects on first use. @throws {Error} if another version of kafkajs is installed than the repaired one */
export function connectKafka({ brokers, ssl, sasl, clientId, retryConnect = true, log }: ConnectKafkaOptions): Kafka {
  install();
  const { Kafka: Client, logLevel } = kafkajs;
  const client = new Client({
    brokers: [...brokers],
    ...(ssl && { ssl }),
    ...(sasl && { sasl: saslOptions(sasl), reauthenticationThreshold: reauthenticateBeforeMs }),
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
  return toKafka(client);
}

/** `username` of a client with tokens: for messages about its rights. */
const saslOptions = (sasl: NonNullable<KafkaConnection['sasl']>): SASLOptions | Mechanism =>
  sasl.mechanism === 'oauthbearer'
    ? Object.assign(oauthMechanism(sasl), { username: sasl.clientId })
    : (sasl as SASLOptions);
