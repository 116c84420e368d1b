import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

/** What jest's global setup has started; only there in a `*.int.test.ts`. */
function requireEnv(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: only a *.int.test.ts has real servers.`);
  return value;
}

/** The brokers of this test run, for kafkajs. */
export const testKafkaBrokers = (): string[] => requireEnv('CALLSTREAM_TEST_KAFKA').split(',');

/** A topic name that nobody has used. The topic itself is the caller's to create. */
export const testTopicName = (): string => `test-${randomUUID()}`;

export type TestDatabase = AsyncDisposable & { readonly url: string };

/** A fresh, empty database on the Postgres of this test run; dropped, connections and all, when disposed. */
export async function testDatabase(): Promise<TestDatabase> {
  const server = requireEnv('CALLSTREAM_TEST_DATABASE_URL');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await query(server, `create database ${name} template template0`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, [Symbol.asyncDispose]: () => query(server, `drop database if exists ${name} with (force)`) };
}

async function query(connectionString: string, sql: string): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
