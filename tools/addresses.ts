// Passes the addresses of Kafka and Postgres from a running `npm start` to other commands.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { privateFileMode } from '@callstream/files';

/** The address settings of each server. All settings with its prefix belong to that server, and must not be used for another. */
const servers = [
  { prefix: 'KAFKA_', addresses: ['KAFKA_BROKERS'] },
  { prefix: 'DATABASE_', addresses: ['DATABASE_URL', 'DATABASE_URL_FILE'] },
];

const fileIn = (dataDir: string) => join(dataDir, 'addresses.env');
const quote = (value: string) => [`'`, '"', '`'].find((mark) => !value.includes(mark)) ?? '';

/** Writes the servers' settings to a file in `dataDir`, until disposed. Only its user may read it: it has passwords. */
export function publishAddresses(dataDir: string, env: NodeJS.ProcessEnv): Disposable {
  const lines = Object.entries(env).map(([name, value]) =>
    value && servers.some(({ prefix }) => name.startsWith(prefix))
      ? `${name}=${quote(value)}${value}${quote(value)}\n`
      : '',
  );
  rmSync(fileIn(dataDir), { force: true });
  writeFileSync(fileIn(dataDir), lines.join(''), { mode: privateFileMode });
  return { [Symbol.dispose]: () => rmSync(fileIn(dataDir), { force: true }) };
}

/**
 * Sets the variables that `env` lacks: from `.env` in `folder`, then from the `npm start` that runs on its DATA_DIR. A file of
 * another user that cannot be read is skipped with a warning.
 */
export function completeEnv(env: NodeJS.ProcessEnv, folder: string, warn: (line: string) => void): void {
  for (const file of [join(folder, '.env'), fileIn(resolve(folder, env['DATA_DIR'] || '.data'))]) {
    const text = readIfAllowed(file, warn);
    if (text !== null) fill(env, parseEnv(text));
  }
}

function readIfAllowed(file: string, warn: (line: string) => void): string | null {
  if (!existsSync(file)) return null;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    warn(`${file} belongs to another user: its settings are not used. Run this as that user, or set them yourself.`);
    return null;
  }
}

function fill(env: NodeJS.ProcessEnv, found: NodeJS.Dict<string>): void {
  const differing = servers.filter(({ addresses }) => addresses.some((name) => env[name] && env[name] !== found[name]));
  for (const [name, value] of Object.entries(found))
    if (!differing.some(({ prefix }) => name.startsWith(prefix))) env[name] ||= value;
}
