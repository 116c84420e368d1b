// For tests: starts a server, prints its pid and port as JSON, and runs until it is killed.
import { startKafka } from './kafka.ts';
import { startPostgres } from './postgres.ts';

const [what, dataDir = ''] = process.argv.slice(2);
const server = what === 'kafka' ? await startKafka({ dataDir }) : await startPostgres({ dataDir, fsync: false });
process.stdout.write(`${JSON.stringify({ pid: server.pid, port: server.port })}\n`);
