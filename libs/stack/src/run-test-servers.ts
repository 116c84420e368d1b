// The servers of one test run: starts Kafka and Postgres, prints their addresses as one line of JSON, and stops them when its
// stdin ends, which it also does if the test run is killed.
import { once } from 'node:events';
import { startTestServers } from './test-servers.ts';

// A Ctrl-C in the terminal reaches this process too, but the tests still need the servers. The end of stdin stops it.
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
