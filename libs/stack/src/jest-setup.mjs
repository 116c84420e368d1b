import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Where jest-teardown.mjs, in the same process, finds what is to be stopped. */
export const held = Symbol.for('callstream.test-servers');

/** Everything that the tests start lives for seconds: starting it is most of what it costs. What is set already stays. */
const startSoon = {
  // Kafka: compiles its code once, and quickly, instead of again and better. 2 s of CPU less for each start.
  JDK_JAVA_OPTIONS: '-XX:TieredStopAtLevel=1',
  // Services: what V8 has compiled, and TypeScript without its types, is kept for the next process.
  NODE_COMPILE_CACHE: join(import.meta.dirname, '../../../node_modules/.cache/callstream-node'),
};

/** Starts Kafka and Postgres once for all `*.int.test.ts`, unless the environment names some that already run. */
export default async function setup() {
  for (const [name, value] of Object.entries(startSoon)) process.env[name] ??= value;
  const { CALLSTREAM_TEST_KAFKA, CALLSTREAM_TEST_DATABASE_URL } = process.env;
  if (CALLSTREAM_TEST_KAFKA && CALLSTREAM_TEST_DATABASE_URL) return;

  const script = join(import.meta.dirname, 'serve-tests.ts');
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
