import { addJsonOption, failureLine, stopSignal } from '@callstream/runtime';
import { Command } from 'commander';
import type { Bench } from './bench.ts';
import { tableOf } from './bench.ts';
import { findServers } from './servers.ts';

export interface BenchProgram {
  /** As in `npm run NAME`. */
  readonly name: string;
  readonly description: string;
  /** Added to its help. */
  readonly help: string;
  /** By their names on the command line. */
  readonly benches: Readonly<Record<string, Bench>>;
}

const jsonText = 'for programs: the results as one JSON document';

/** Runs what the command line names; the exit code is 1 if a target was missed. */
export async function runBenches({ name, description, help, benches }: BenchProgram): Promise<void> {
  const program = addJsonOption(new Command(name).description(description), jsonText).addHelpText(
    'after',
    `\n${help}\nIts arguments: npm run ${name} -- NAME --help`,
  );
  for (const [benchName, bench] of Object.entries(benches)) {
    const command = program.command(benchName).description(`${bench.about}; about ${bench.minutes} min`);
    if (bench.argsText !== undefined) command.argument('[args...]', bench.argsText);
    if (bench.keepText !== undefined) command.option('--keep <folder>', bench.keepText);
    addJsonOption(command, jsonText).action(async () => {
      const { json = false, keep } = command.optsWithGlobals<{ json?: boolean; keep?: string }>();
      await measure({ name: benchName, bench, args: command.args, json, keep });
    });
  }
  try {
    const { argv } = process;
    await program.parseAsync(argv.length > 2 ? argv : [...argv, '--help']);
  } catch (error) {
    process.stderr.write(`${process.argv.includes('--json') ? failureLine(error) : (error as Error).message}\n`);
    process.exitCode = 1;
  }
  // A benchmark that was stopped still waits in its rounds, for minutes.
  process.exit();
}

interface MeasureOptions {
  readonly name: string;
  readonly bench: Bench;
  readonly args: readonly string[];
  readonly json: boolean;
  /** Folder of the servers that stays. */
  readonly keep: string | undefined;
}

async function measure({ name, bench, args, json, keep }: MeasureOptions): Promise<void> {
  const report = (line: string): void => {
    if (!json) process.stderr.write(`${line}\n`);
  };
  // Ctrl-C must also stop Kafka and Postgres.
  const stopped = stopSignal().then((signal) =>
    Promise.reject(
      new Error(`Stopped by ${signal}. What it started is stopped${keep === undefined ? ' and removed' : ''}.`),
    ),
  );
  stopped.catch(() => undefined);
  report('starting Kafka and Postgres …');
  await using servers = await findServers(process.env, keep);
  // testDatabase() creates its databases there.
  process.env['CALLSTREAM_TEST_DATABASE_URL'] = servers.databaseUrl;
  const rows = await Promise.race([bench.run(servers, report, args), stopped]);
  process.stdout.write(json ? `${JSON.stringify({ benchmark: name, rows }, null, 2)}\n` : `\n${tableOf(rows)}\n`);
  process.exitCode = rows.some(({ met }) => met === false) ? 1 : 0;
}
