import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Where jest-teardown.mjs, in the same process, finds what is to be stopped. */
export const held = Symbol.for('callstream.test-servers');

/** The brokers of tests live for seconds: Java compiles their code once, and quickly. 2 s of CPU less for each start. */
const javaOptions = '-XX:TieredStopAtLevel=1';

/** Starts Kafka and Postgres once for all `*.int.test.ts`, unless the environment names some that already run. */
export default async function setup() {
  process.env.JDK_JAVA_OPTIONS ??= javaOptions;
  const { CALLSTREAM_TEST_KAFKA, CALLSTREAM_TEST_DATABASE_URL } = process.env;
  if (CALLSTREAM_TEST_KAFKA && CALLSTREAM_TEST_DATABASE_URL) return;

  const script = join(import.meta.dirname, 'run-test-servers.ts');
  const child = spawn(process.execPath, [script], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  globalThis[held] = child;
  for await (const line of createInterface(child.stdout)) {
    const { brokers, databaseUrl } = JSON.parse(line);
    process.env.CALLSTREAM_TEST_KAFKA = brokers;
    process.env.CALLSTREAM_TEST_DATABASE_URL = databaseUrl;
    return;
  }
  throw new Error('Kafka and Postgres for the tests could not be started.');
}
