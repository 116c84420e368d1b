import { z } from 'zod';
import {
  checkDatabase,
  checkKafka,
  databaseEnv,
  databaseUrl,
  kafkaConnection,
  kafkaEnv,
  readConfig,
} from '../index.ts';

const Kafka = z.object(kafkaEnv).superRefine(checkKafka);
const Database = z.object(databaseEnv).superRefine(checkDatabase);
const user = { KAFKA_SASL_MECHANISM: 'PLAIN', KAFKA_SASL_USERNAME: 'ana', KAFKA_SASL_PASSWORD: 'secret' };

const tokens = {
  KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
  KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
  KAFKA_OAUTH_TOKEN_URL: 'https://id.example/token',
  KAFKA_OAUTH_CLIENT_ID: 'callstream',
  KAFKA_OAUTH_CLIENT_SECRET: 'secret',
};

describe('settings of Kafka', () => {
  it('default to no TLS and no user', () =>
    expect(kafkaConnection(readConfig(Kafka, {}))).toEqual({ brokers: ['127.0.0.1:9092'] }));
  it('may have TLS and a user', () =>
    expect(kafkaConnection(readConfig(Kafka, { ...user, KAFKA_SECURITY_PROTOCOL: 'SASL_SSL' }))).toMatchObject({
      ssl: {},
      sasl: { mechanism: 'plain', username: 'ana', password: 'secret' },
    }));
  it('may have a client of a token endpoint', () => {
    const env = { ...tokens, KAFKA_OAUTH_EXTENSIONS: 'logicalCluster=lkc-1,identityPoolId=pool-1' };
    expect(kafkaConnection(readConfig(Kafka, env))).toMatchObject({
      sasl: {
        mechanism: 'oauthbearer',
        tokenUrl: 'https://id.example/token',
        extensions: { logicalCluster: 'lkc-1', identityPoolId: 'pool-1' },
      },
    });
  });
  it.each<[string, Record<string, string>, RegExp]>([
    [
      'tokens and a user',
      { ...tokens, KAFKA_SASL_USERNAME: 'ana' },
      /KAFKA_SASL_USERNAME: has no meaning with KAFKA_SASL_M/,
    ],
    [
      'a user and a client',
      { ...tokens, ...user },
      /KAFKA_OAUTH_TOKEN_URL: has no meaning with KAFKA_SASL_MECHANISM=PLAIN/,
    ],
    [
      'tokens without a token endpoint',
      { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', KAFKA_SASL_MECHANISM: 'OAUTHBEARER' },
      /KAFKA_OAUTH_TOKEN_URL: must be set with KAFKA_SASL_MECHANISM=OAUTHBEARER/,
    ],
    ['a client, but a protocol without SASL', { ...tokens, KAFKA_SECURITY_PROTOCOL: 'SSL' }, /KAFKA_OAUTH_CLIENT_ID/],
    ['a user, but a protocol without SASL', user, /KAFKA_SECURITY_PROTOCOL: is PLAINTEXT, but KAFKA_SASL_MECHANISM/],
    ['a user without a name', { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL' }, /KAFKA_SASL_USERNAME: must be set/],
    ['a broker without a port', { KAFKA_BROKERS: 'kafka-1:9092,kafka-2' }, /KAFKA_BROKERS: must be host:port/],
    ['a broker as a URL', { KAFKA_BROKERS: 'kafka://kafka-1:9092' }, /KAFKA_BROKERS: must be host:port/],
    ['an unknown protocol', { KAFKA_SECURITY_PROTOCOL: 'TLS' }, /KAFKA_SECURITY_PROTOCOL: .*SASL_SSL/],
    ['a Java keystore', { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CA: 'jks' }, /KAFKA_SSL_CA: .*in PEM/],
    [
      'only one half of a key pair',
      { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_KEY: 'x' },
      /KAFKA_SSL_CERTIFICATE: must be set/,
    ],
  ])('with %s are an error', (_, env, message) => expect(() => readConfig(Kafka, env)).toThrow(message));
});

describe('settings of Postgres', () => {
  it('may have the password as a setting of its own, with any characters', () => {
    const config = readConfig(Database, { DATABASE_URL: 'postgres://ana@db/x', DATABASE_PASSWORD: 'a/b@c%41' });
    expect(decodeURIComponent(new URL(databaseUrl(config)).password)).toBe('a/b@c%41');
  });
  it.each<[string, Record<string, string>, RegExp]>([
    ['two passwords', { DATABASE_URL: 'postgres://a:b@c/d', DATABASE_PASSWORD: 'e' }, /DATABASE_PASSWORD: is set/],
    ['a password that breaks the URL', { DATABASE_URL: 'postgres://a:b/c?@d/e' }, /not a valid URL.*%2F/],
    [
      'an sslmode that allows connections without TLS',
      { DATABASE_URL: 'postgres://a@b/c?sslmode=prefer' },
      /sslmode=prefer/,
    ],
    [
      'a file that does not exist',
      { DATABASE_URL: 'postgres://a@b/c?sslrootcert=/none' },
      /sslrootcert: \/none cannot/,
    ],
    ['only one half of a key pair', { DATABASE_URL: 'postgres://a@b/c?sslkey=/none' }, /both sslcert and sslkey/],
  ])('with %s are an error', (_, env, message) => expect(() => readConfig(Database, env)).toThrow(message));
});
