import { stopSignal } from '@callstream/runtime';
import type { Bench } from './bench.ts';
import { tableOf } from './bench.ts';
import { dashboard } from './dashboard.ts';
import { gateway } from './gateway/gateway.ts';
import { ingest } from './ingest/ingest.ts';
import { path } from './path.ts';
import { projector } from './projector/projector.ts';
import { rebuild } from './projector/rebuild.ts';
import { rolling } from './rolling/rolling.ts';
import { findServers } from './servers.ts';
import { stats } from './stats/stats.ts';

/** All benchmarks by their NAME in `npm run bench -- NAME`. */
const benches: Readonly<Record<string, Bench>> = {
  dashboard,
  gateway,
  ingest,
  path,
  projector,
  rebuild,
  rolling,
  stats,
};

const [name, ...args] = process.argv.slice(2);
const bench = name === undefined || !Object.hasOwn(benches, name) ? undefined : benches[name];
if (!bench) {
  if (name !== undefined) process.stderr.write(`There is no benchmark "${name}".\n\n`);
  const list = Object.entries(benches).map(([key, { about }]) => `  npm run bench -- ${key}   ${about}\n`);
  process.stdout.write(`Benchmarks:\n${list.join('')}`);
  process.stdout.write(
    '\nA benchmark uses KAFKA_BROKERS and DATABASE_URL, or starts Kafka and Postgres in a temporary folder.\n',
  );
  process.exitCode = name === undefined ? 0 : 2;
} else {
  const report = (line: string): void => void process.stderr.write(`${line}\n`);
  // Ctrl-C must also stop Kafka and Postgres.
  const stopped = stopSignal().then((signal) => Promise.reject(new Error(`Stopped by ${signal}.`)));
  stopped.catch(() => undefined);
  report('starting Kafka and Postgres …');
  {
    await using servers = await findServers(process.env);
    // testDatabase() creates its databases there.
    process.env['CALLSTREAM_TEST_DATABASE_URL'] = servers.databaseUrl;
    const rows = await Promise.race([bench.run(servers, report, args), stopped]);
    process.stdout.write(`\n${tableOf(rows)}\n`);
    process.exitCode = rows.some(({ met }) => met === false) ? 1 : 0;
  }
  // stopSignal() keeps the IPC channel open, and with it the process.
  if (process.connected) process.disconnect();
}
