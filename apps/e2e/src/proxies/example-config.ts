import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { LookupFunction } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const examples = join(import.meta.dirname, '../../../../docs/examples');

/** Environment in which programs of the system are found too. */
export const systemEnv = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin` };

/** Whether a program is installed; `args` make it end at once. */
export const isInstalled = (program: string, args: readonly string[]): Promise<boolean> =>
  promisify(execFile)(program, args, { env: systemEnv }).then(
    () => true,
    () => false,
  );

/** An example of the docs, with what must differ on this machine. @throws {Error} if it does not contain what is replaced */
export async function exampleConfig(name: string, replacements: Readonly<Record<string, string>>): Promise<string> {
  let text = await readFile(join(examples, name), 'utf8');
  for (const [from, to] of Object.entries(replacements)) {
    if (!text.includes(from))
      throw new Error(`docs/examples/${name} does not contain "${from}", which a test replaces.`);
    text = text.replaceAll(from, to);
  }
  return text;
}

/** Options of a connection to a proxy that resolve the host names of the examples, and trust its certificate. */
export interface ProxyConnection {
  readonly ca: string;
  readonly lookup: LookupFunction;
}

/** Every host name is this machine. */
export const localLookup: LookupFunction = (_, { all }, done) =>
  all === true ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);
