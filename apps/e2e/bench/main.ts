import { addJsonOption, failureLine, stopSignal } from '@callstream/runtime';
import { Command } from 'commander';
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

const jsonText = 'for programs: the results as one JSON document';
const program = addJsonOption(
  new Command('bench').description('Measures a part of callstream, and says which thresholds it misses (exit code 1).'),
  jsonText,
).addHelpText(
  'after',
  '\nA benchmark uses KAFKA_BROKERS and DATABASE_URL, or starts Kafka and Postgres in a temporary folder.' +
    '\nThe machine should do nothing else. Its arguments: npm run bench -- NAME --help',
);
for (const [name, bench] of Object.entries(benches)) {
  const command = program.command(name).description(`${bench.about}; about ${bench.minutes} min`);
  if (bench.argsText !== undefined) command.argument('[args...]', bench.argsText);
  addJsonOption(command, jsonText).action(async () => {
    const { json = false } = command.optsWithGlobals<{ json?: boolean }>();
    await measure({ name, bench, args: command.args, json });
  });
}
try {
  const { argv } = process;
  await program.parseAsync(argv.length > 2 ? argv : [...argv, '--help']);
} catch (error) {
  process.stderr.write(`${process.argv.includes('--json') ? failureLine(error) : (error as Error).message}\n`);
  process.exitCode = 1;
}
// stopSignal() keeps the IPC channel open, and with it the process.
if (process.connected) process.disconnect();

interface MeasureOptions {
  readonly name: string;
  readonly bench: Bench;
  readonly args: readonly string[];
  readonly json: boolean;
}

async function measure({ name, bench, args, json }: MeasureOptions): Promise<void> {
  const report = (line: string): void => {
    if (!json) process.stderr.write(`${line}\n`);
  };
  // Ctrl-C must also stop Kafka and Postgres.
  const stopped = stopSignal().then((signal) =>
    Promise.reject(new Error(`Stopped by ${signal}. What it started is stopped and removed.`)),
  );
  stopped.catch(() => undefined);
  report('starting Kafka and Postgres …');
  await using servers = await findServers(process.env);
  // testDatabase() creates its databases there.
  process.env['CALLSTREAM_TEST_DATABASE_URL'] = servers.databaseUrl;
  const rows = await Promise.race([bench.run(servers, report, args), stopped]);
  process.stdout.write(json ? `${JSON.stringify({ benchmark: name, rows }, null, 2)}\n` : `\n${tableOf(rows)}\n`);
  process.exitCode = rows.some(({ met }) => met === false) ? 1 : 0;
}
