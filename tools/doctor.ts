// npm run doctor: runs the doctor of each service, with the settings of this checkout.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { printableJson } from '@callstream/resilience';
import { addOutputOptions } from '@callstream/runtime';
import type { OutputFlags } from '@callstream/runtime';
import { Command } from 'commander';

const root = join(import.meta.dirname, '..');
/** The connector is checked where it is set up. */
const services = ['ingest', 'projector', 'gateway', ...(process.env['ASTERISK_USER'] ? ['asterisk'] : [])];

interface DoctorRun {
  readonly service: string;
  readonly code: number;
  readonly output: string;
}

async function examine(service: string, options: readonly string[]): Promise<DoctorRun> {
  const args = ['--disable-warning=ExperimentalWarning', `apps/${service}/src/main.ts`, 'doctor', ...options];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const output = await text(child.stdout);
  const [code] = (await exited) as [number | null];
  return { service, code: code ?? 1, output };
}

async function examineAll({ json = false, verbose = false }: OutputFlags): Promise<void> {
  const options = [...(json ? ['--json'] : []), ...(verbose ? ['--verbose'] : [])];
  const reports = await Promise.all(services.map((service) => examine(service, options)));
  if (json)
    console.log(printableJson(JSON.stringify(reports.map(({ output }) => JSON.parse(output || 'null') as unknown))));
  else
    for (const { service, output } of reports) console.log(`${service}\n${output.trimEnd().replaceAll(/^/gm, '  ')}\n`);
  process.exitCode = Math.max(...reports.map(({ code }) => code));
}

await addOutputOptions(
  new Command('doctor').description(
    'check the settings of all services, and the servers, topics, tables and rights that they need; changes nothing',
  ),
)
  .action(examineAll)
  .parseAsync();
