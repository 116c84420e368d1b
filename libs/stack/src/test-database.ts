import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

/** Addresses of the servers that jest's global setup started, which it does only for `*.int.test.ts`. */
function requireEnv(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: Kafka and Postgres run only for *.int.test.ts files.`);
  return value;
}

/** The brokers of this test run, for kafkajs. */
export const testKafkaBrokers = (): string[] => requireEnv('CALLSTREAM_TEST_KAFKA').split(',');

/** A unique topic name. The caller creates the topic. */
export const testTopicName = (): string => `test-${randomUUID()}`;

export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
}

export interface TestDatabaseOptions {
  readonly encoding?: string;
  /** Its texts are ordered as people of this language do, for example `en-US`; the server's order if not given. */
  readonly language?: string;
}

/** Creates an empty database on the Postgres of this test run. Disposing drops it, although connections may be open. */
export async function testDatabase({ encoding = 'UTF8', language }: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const server = requireEnv('CALLSTREAM_TEST_DATABASE_URL');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const locale = language === undefined ? localeOf(encoding) : `locale_provider icu icu_locale '${language}'`;
  await query(server, `create database ${name} encoding '${encoding}' ${locale} template template0`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, [Symbol.asyncDispose]: () => query(server, `drop database if exists ${name} with (force)`) };
}

// Every encoding goes with the locale C; the one of the server is kept for UTF8.
const localeOf = (encoding: string): string => (encoding === 'UTF8' ? '' : `locale_provider libc locale 'C'`);

async function query(connectionString: string, sql: string): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
