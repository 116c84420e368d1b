import type { ConnectionOptions } from 'node:tls';
import { z } from 'zod';
import { examples, listEnv, secretEnv } from './env.ts';
import { kafkaOauthEnv, oauthClient, oauthNames, requiredOauthNames } from './kafka-oauth-env.ts';
import type { OauthClient } from './kafka-oauth-env.ts';
import { certificatesEnv, checkKeyPair } from './pem.ts';

/** `kafka.example.com:9092`, `[2001:db8::1]:9092` */
const brokerPattern = /^(\[[\da-f:.]+\]|[^\s:/@[\]]+):\d{1,5}$/i;

/** Checked with the certificate: {@link checkKafka}. */
const anyText = examples(['a text'], []);

/** Connection to Kafka. Names follow Kafka's own settings. */
export const kafkaEnv = {
  KAFKA_BROKERS: listEnv
    .pipe(z.array(z.string().regex(brokerPattern, 'must be host:port, separated by commas, without a scheme')).min(1))
    .default(['127.0.0.1:9092'])
    .meta(
      examples(
        ['kafka-1:9092, kafka-2:9092', '[2001:db8::1]:9092'],
        ['kafka', 'kafka://kafka:9092', '2001:db8::1', ','],
      ),
    )
    .describe('Kafka brokers, host:port, separated by commas'),
  KAFKA_TOPIC: z
    .string()
    .regex(/^[a-zA-Z0-9._-]{1,200}$/)
    .default('call-events')
    .meta(examples(['calls', 'a.b_c-1'], ['call events', 'chamadas-são', 'a/b', 'x'.repeat(201)]))
    .describe('Topic of all events; <topic>-dlq is its dead-letter queue'),
  KAFKA_SECURITY_PROTOCOL: z
    .enum(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'])
    .default('PLAINTEXT')
    .meta(examples(['SASL_SSL'], ['TLS', 'ssl', 'sasl_ssl']))
    .describe('Protocol of the ports in KAFKA_BROKERS. SSL: with TLS; SASL: with user and password'),
  KAFKA_SASL_MECHANISM: z
    .enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'])
    .optional()
    .meta(examples(['SCRAM-SHA-512', 'OAUTHBEARER'], ['scram-sha-512', 'GSSAPI', 'SCRAM']))
    .describe(
      'SASL mechanism: with KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD; OAUTHBEARER: with KAFKA_OAUTH_TOKEN_URL, KAFKA_OAUTH_CLIENT_ID and KAFKA_OAUTH_CLIENT_SECRET',
    ),
  KAFKA_SASL_USERNAME: z
    .string()
    .min(1)
    .optional()
    .meta(examples(['callstream'], ['']))
    .describe('Kafka user'),
  KAFKA_SASL_PASSWORD: secretEnv(z.string().min(1, 'must not be empty'), 'Password of the Kafka user'),
  ...kafkaOauthEnv,
  KAFKA_SSL_CA: certificatesEnv(
    'Certificates (PEM) of the authorities that sign the certificates of the brokers; without it, the public authorities that Node.js trusts',
  ),
  KAFKA_SSL_CERTIFICATE: certificatesEnv('Client certificate (PEM), with its intermediate certificates'),
  KAFKA_SSL_KEY: secretEnv(z.string(), 'Private key (PEM) of KAFKA_SSL_CERTIFICATE', anyText),
  KAFKA_SSL_KEY_PASSWORD: secretEnv(z.string(), 'Password of KAFKA_SSL_KEY, if it has one', anyText),
};

export type KafkaEnv = z.infer<z.ZodObject<typeof kafkaEnv>>;

const passwordNames = ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const;
const saslNames = ['KAFKA_SASL_MECHANISM', ...passwordNames, ...oauthNames] as const;
const sslNames = ['KAFKA_SSL_CA', 'KAFKA_SSL_CERTIFICATE', 'KAFKA_SSL_KEY', 'KAFKA_SSL_KEY_PASSWORD'] as const;

/** Checks that do not concern one setting alone. */
export function checkKafka(env: KafkaEnv, context: z.RefinementCtx): void {
  const issue = (name: keyof KafkaEnv, message: string): void =>
    context.addIssue({ code: 'custom', path: [name], message });
  const protocol = env.KAFKA_SECURITY_PROTOCOL;
  const mustBeUnset = (names: readonly (keyof KafkaEnv)[], remedy: string): void => {
    const set = names.filter((name) => env[name] !== undefined);
    if (set.length > 0) issue('KAFKA_SECURITY_PROTOCOL', `is ${protocol}, but ${set.join(', ')} is set: ${remedy}`);
  };
  if (!protocol.startsWith('SASL')) mustBeUnset(saslNames, 'use SASL_SSL, or SASL_PLAINTEXT without TLS');
  else checkSasl(env, issue);
  if (!protocol.endsWith('SSL')) mustBeUnset(sslNames, 'use SSL or SASL_SSL');
  if (env.KAFKA_SSL_CERTIFICATE === undefined && env.KAFKA_SSL_KEY === undefined) return;
  if (env.KAFKA_SSL_KEY === undefined) return issue('KAFKA_SSL_KEY', 'must be set with KAFKA_SSL_CERTIFICATE');
  if (env.KAFKA_SSL_CERTIFICATE === undefined) return issue('KAFKA_SSL_CERTIFICATE', 'must be set with KAFKA_SSL_KEY');
  const problem = checkKeyPair(env.KAFKA_SSL_CERTIFICATE, env.KAFKA_SSL_KEY, env.KAFKA_SSL_KEY_PASSWORD);
  if (problem !== null) issue('KAFKA_SSL_KEY', problem);
}

function checkSasl(env: KafkaEnv, issue: (name: keyof KafkaEnv, message: string) => void): void {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SECURITY_PROTOCOL: protocol } = env;
  const isOauth = mechanism === 'OAUTHBEARER';
  const cause = isOauth ? 'KAFKA_SASL_MECHANISM=OAUTHBEARER' : `KAFKA_SECURITY_PROTOCOL=${protocol}`;
  for (const name of ['KAFKA_SASL_MECHANISM', ...(isOauth ? requiredOauthNames : passwordNames)] as const)
    if (env[name] === undefined) issue(name, `must be set with ${cause}`);
  if (mechanism === undefined) return;
  for (const name of isOauth ? passwordNames : oauthNames)
    if (env[name] !== undefined) issue(name, `has no meaning with KAFKA_SASL_MECHANISM=${mechanism}: remove it`);
}

const mechanisms = { PLAIN: 'plain', 'SCRAM-SHA-256': 'scram-sha-256', 'SCRAM-SHA-512': 'scram-sha-512' } as const;

interface SaslCredentials {
  readonly mechanism: (typeof mechanisms)[keyof typeof mechanisms];
  readonly username: string;
  readonly password: string;
}

/** What a client needs to connect to a cluster. */
export interface KafkaConnection {
  readonly brokers: readonly string[];
  /** Options of TLS; without them, the connection is not encrypted. */
  readonly ssl?: ConnectionOptions;
  readonly sasl?: SaslCredentials | OauthClient;
}

/** The settings must have passed {@link checkKafka}. */
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
      sasl:
        env.KAFKA_SASL_MECHANISM === 'OAUTHBEARER'
          ? oauthClient(env)
          : { mechanism: mechanisms[env.KAFKA_SASL_MECHANISM], username, password },
    }),
  };
}
