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

describe('a Kafka', () => {
  it('without TLS and user is what it is by default', () =>
    expect(kafkaConnection(readConfig(Kafka, {}))).toEqual({ brokers: ['127.0.0.1:9092'] }));
  it('has a user', () =>
    expect(kafkaConnection(readConfig(Kafka, { ...user, KAFKA_SECURITY_PROTOCOL: 'SASL_SSL' }))).toMatchObject({
      ssl: {},
      sasl: { mechanism: 'plain', username: 'ana', password: 'secret' },
    }));
  it.each<[string, Record<string, string>, RegExp]>([
    ['a user that would not be shown', user, /KAFKA_SECURITY_PROTOCOL: is PLAINTEXT, although KAFKA_SASL_MECHANISM/],
    ['a user without a name', { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL' }, /KAFKA_SASL_USERNAME: must be set/],
    ['a broker without a port', { KAFKA_BROKERS: 'kafka-1:9092,kafka-2' }, /KAFKA_BROKERS: must be host:port/],
    ['a broker as an URL', { KAFKA_BROKERS: 'kafka://kafka-1:9092' }, /KAFKA_BROKERS: must be host:port/],
    ['another protocol', { KAFKA_SECURITY_PROTOCOL: 'TLS' }, /KAFKA_SECURITY_PROTOCOL: .*SASL_SSL/],
    ['a keystore of Java', { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CA: 'jks' }, /KAFKA_SSL_CA: .*in PEM/],
    ['half a key pair', { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_KEY: 'x' }, /KAFKA_SSL_CERTIFICATE: must be set/],
  ])('with %s is a mistake', (_, env, said) => expect(() => readConfig(Kafka, env)).toThrow(said));
});

describe('a Postgres', () => {
  it('may have its password by itself, whatever is in it', () => {
    const config = readConfig(Database, { DATABASE_URL: 'postgres://ana@db/x', DATABASE_PASSWORD: 'a/b@c%41' });
    expect(decodeURIComponent(new URL(databaseUrl(config)).password)).toBe('a/b@c%41');
  });
  it.each<[string, Record<string, string>, RegExp]>([
    ['two passwords', { DATABASE_URL: 'postgres://a:b@c/d', DATABASE_PASSWORD: 'e' }, /DATABASE_PASSWORD: is set/],
    ['a password that breaks the URL', { DATABASE_URL: 'postgres://a:b/c?@d/e' }, /no URL.*%2F/],
    ['an sslmode that may do without', { DATABASE_URL: 'postgres://a@b/c?sslmode=prefer' }, /sslmode=prefer/],
    ['a file that is not there', { DATABASE_URL: 'postgres://a@b/c?sslrootcert=/none' }, /sslrootcert: \/none cannot/],
    ['half a key pair', { DATABASE_URL: 'postgres://a@b/c?sslkey=/none' }, /both sslcert and sslkey/],
  ])('with %s is a mistake', (_, env, said) => expect(() => readConfig(Database, env)).toThrow(said));
});
