import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Global under which jest-teardown.mjs, in the same process, finds the process to stop. */
export const serversKey = Symbol.for('callstream.test-servers');

/** Only the fast JIT compiler, because brokers of tests live for seconds: 2 s of CPU less for each start. */
const javaOptions = '-XX:TieredStopAtLevel=1';

/** Starts Kafka and Postgres once for all `*.int.test.ts`, unless the environment has addresses of running ones. */
export default async function setup() {
  process.env.JDK_JAVA_OPTIONS ??= javaOptions;
  const { CALLSTREAM_TEST_KAFKA, CALLSTREAM_TEST_DATABASE_URL } = process.env;
  if (CALLSTREAM_TEST_KAFKA && CALLSTREAM_TEST_DATABASE_URL) return;

  const script = join(import.meta.dirname, 'run-test-servers.ts');
  const child = spawn(process.execPath, [script], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  globalThis[serversKey] = child;
  for await (const line of createInterface(child.stdout)) {
    const { brokers, databaseUrl } = JSON.parse(line);
    process.env.CALLSTREAM_TEST_KAFKA = brokers;
    process.env.CALLSTREAM_TEST_DATABASE_URL = databaseUrl;
    // See testDatabase.
    process.env.CALLSTREAM_TEST_OWN_SERVERS = '1';
    return;
  }
  throw new Error('Kafka and Postgres for the tests could not be started.');
}
