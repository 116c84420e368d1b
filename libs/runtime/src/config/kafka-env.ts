import type { ConnectionOptions } from 'node:tls';
import type { SASLOptions } from 'kafkajs';
import { z } from 'zod';
import { listEnv, secretEnv } from './env.ts';
import { certificatesEnv, checkKeyPair } from './pem.ts';

/** `kafka.example.com:9092`, `[2001:db8::1]:9092` */
const brokerPattern = /^(\[[\da-f:.]+\]|[^\s:/@[\]]+):\d{1,5}$/i;

/** Where Kafka is, and how it is spoken to. Named as Kafka names its own settings. */
export const kafkaEnv = {
  KAFKA_BROKERS: listEnv
    .pipe(
      z.array(z.string().regex(brokerPattern, 'must be host:port, separated by commas, and nothing before it')).min(1),
    )
    .default(['127.0.0.1:9092'])
    .describe('Kafka brokers, host:port, separated by commas'),
  KAFKA_TOPIC: z
    .string()
    .regex(/^[a-zA-Z0-9._-]{1,200}$/)
    .default('call-events')
    .describe('Topic that keeps every event; <topic>-dlq keeps what is none'),
  KAFKA_SECURITY_PROTOCOL: z
    .enum(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'])
    .default('PLAINTEXT')
    .describe('SSL: over TLS; SASL: with user and password. What the brokers want on the ports of KAFKA_BROKERS'),
  KAFKA_SASL_MECHANISM: z
    .enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])
    .optional()
    .describe('How user and password are shown to Kafka'),
  KAFKA_SASL_USERNAME: z.string().min(1).optional().describe('User of Kafka'),
  KAFKA_SASL_PASSWORD: secretEnv(z.string().min(1, 'must not be empty'), 'Password of the user of Kafka'),
  KAFKA_SSL_CA: certificatesEnv(
    'Certificates (PEM) of the authorities that sign those of the brokers; without it, the public ones that Node knows',
  ),
  KAFKA_SSL_CERTIFICATE: certificatesEnv('Certificate (PEM) of this client, and those that lead to its authority'),
  KAFKA_SSL_KEY: secretEnv(z.string(), 'Private key (PEM) of KAFKA_SSL_CERTIFICATE'),
  KAFKA_SSL_KEY_PASSWORD: secretEnv(z.string(), 'Password of KAFKA_SSL_KEY, if it has one'),
};

export type KafkaEnv = z.infer<z.ZodObject<typeof kafkaEnv>>;

const saslNames = ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const;
const sslNames = ['KAFKA_SSL_CA', 'KAFKA_SSL_CERTIFICATE', 'KAFKA_SSL_KEY', 'KAFKA_SSL_KEY_PASSWORD'] as const;

/** What must hold between the settings. */
export function checkKafka(env: KafkaEnv, context: z.RefinementCtx): void {
  const issue = (name: keyof KafkaEnv, message: string): void =>
    context.addIssue({ code: 'custom', path: [name], message });
  const protocol = env.KAFKA_SECURITY_PROTOCOL;
  const mustBe = (names: readonly (keyof KafkaEnv)[], wanted: string): void => {
    const set = names.filter((name) => env[name] !== undefined);
    if (set.length > 0)
      issue('KAFKA_SECURITY_PROTOCOL', `is ${protocol}, although ${set.join(', ')} is set: ${wanted}`);
  };
  if (!protocol.startsWith('SASL')) mustBe(saslNames, 'SASL_SSL, or SASL_PLAINTEXT without TLS');
  else
    for (const name of saslNames)
      if (env[name] === undefined) issue(name, `must be set with KAFKA_SECURITY_PROTOCOL=${protocol}`);
  if (!protocol.endsWith('SSL')) mustBe(sslNames, 'SSL or SASL_SSL');
  if (env.KAFKA_SSL_CERTIFICATE === undefined && env.KAFKA_SSL_KEY === undefined) return;
  if (env.KAFKA_SSL_KEY === undefined) return issue('KAFKA_SSL_KEY', 'must be set with KAFKA_SSL_CERTIFICATE');
  if (env.KAFKA_SSL_CERTIFICATE === undefined) return issue('KAFKA_SSL_CERTIFICATE', 'must be set with KAFKA_SSL_KEY');
  const problem = checkKeyPair(env.KAFKA_SSL_CERTIFICATE, env.KAFKA_SSL_KEY, env.KAFKA_SSL_KEY_PASSWORD);
  if (problem !== null) issue('KAFKA_SSL_KEY', problem);
}

/** What a client must know of a cluster. */
export interface KafkaConnection {
  readonly brokers: readonly string[];
  /** Over TLS, with this; not at all if it is missing. */
  readonly ssl?: ConnectionOptions;
  readonly sasl?: SASLOptions;
}

const mechanisms = { PLAIN: 'plain', 'SCRAM-SHA-256': 'scram-sha-256', 'SCRAM-SHA-512': 'scram-sha-512' } as const;

/** The cluster of settings that {@link checkKafka} has found consistent. */
export function kafkaConnection(env: KafkaEnv): KafkaConnection {
  const { KAFKA_SASL_USERNAME: username = '', KAFKA_SASL_PASSWORD: password = '' } = env;
  return {
    brokers: env.KAFKA_BROKERS,
    ...(env.KAFKA_SECURITY_PROTOCOL.endsWith('SSL') && {
      ssl: {
        ...(env.KAFKA_SSL_CA !== undefined && { ca: env.KAFKA_SSL_CA }),
        ...(env.KAFKA_SSL_CERTIFICATE !== undefined && { cert: env.KAFKA_SSL_CERTIFICATE }),
        ...(env.KAFKA_SSL_KEY !== undefined && { key: env.KAFKA_SSL_KEY }),
        ...(env.KAFKA_SSL_KEY_PASSWORD !== undefined && { passphrase: env.KAFKA_SSL_KEY_PASSWORD }),
      },
    }),
    ...(env.KAFKA_SASL_MECHANISM !== undefined && {
      sasl: { mechanism: mechanisms[env.KAFKA_SASL_MECHANISM], username, password },
    }),
  };
}
