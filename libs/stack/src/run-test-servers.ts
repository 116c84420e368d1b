// Serves one test run: starts Kafka and Postgres, prints their addresses as one line of JSON, and stops them when its
// stdin ends. That is also how it notices that the test run was killed.
import { once } from 'node:events';
import { startTestServers } from './test-servers.ts';

// A Ctrl-C in the terminal comes to us too, but the tests still need the servers; their end is what stops us.
process.on('SIGINT', () => undefined);
process.stdin.resume();
const parentEnded = once(process.stdin, 'end');

try {
  await using servers = await startTestServers(process.env, (line) => process.stderr.write(`${line}\n`));
  process.stdout.write(`${JSON.stringify({ brokers: servers.brokers, databaseUrl: servers.databaseUrl })}\n`);
  await parentEnded;
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
process.stdin.destroy();
