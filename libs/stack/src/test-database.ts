import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { databaseAt } from './database-at.ts';
import { filledDatabase } from './filled-database.ts';
import type { DatabaseContent } from './filled-database.ts';

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
  readonly content?: DatabaseContent;
}

/**
 * Creates a database on the Postgres of this test run, empty if no content is given. Disposing drops it, although connections may be
 * open. The same content is a copy of one database, which takes less time than filling another. On servers that outlive the test run
 * each is filled: there the database to copy could be of older code.
 */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { encoding = 'UTF8', language, content } = options;
  const server = requireEnv('CALLSTREAM_TEST_DATABASE_URL');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const locale = language === undefined ? localeOf(encoding) : `locale_provider icu icu_locale '${language}'`;
  const isCopy = content !== undefined && locale === '' && process.env['CALLSTREAM_TEST_OWN_SERVERS'] === '1';
  await connected(server, async (client) => {
    const template = isCopy ? await filledDatabase(client, server, content) : 'template0';
    await client.query(`create database ${name} encoding '${encoding}' ${locale} template ${template}`);
  });
  const url = databaseAt(server, name);
  if (!isCopy) await content?.fill(url);
  return {
    url,
    [Symbol.asyncDispose]: () =>
      connected(server, (client) => client.query(`drop database if exists ${name} with (force)`)),
  };
}

/** Creates an empty database of this name at `server`, instead of one that exists. It stays. @returns its URL */
export async function replaceDatabase(server: string, name: string): Promise<string> {
  await connected(server, async (client) => {
    await client.query(`drop database if exists ${name} with (force)`);
    await client.query(`create database ${name}`);
  });
  return databaseAt(server, name);
}

// Every encoding goes with the locale C; the one of the server is kept for UTF8.
const localeOf = (encoding: string): string => (encoding === 'UTF8' ? '' : `locale_provider libc locale 'C'`);

async function connected(connectionString: string, use: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}
