// Where the Kafka and the Postgres of a running `npm start` are, for commands that are started beside it.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { privateFileMode } from '@callstream/files';

/** Settings that say where a server is. Those that begin alike belong to it: none of them is for another server. */
const servers = [
  { prefix: 'KAFKA_', where: ['KAFKA_BROKERS'] },
  { prefix: 'DATABASE_', where: ['DATABASE_URL', 'DATABASE_URL_FILE'] },
];

const fileIn = (dataDir: string) => join(dataDir, 'addresses.env');
const quote = (value: string) => [`'`, '"', '`'].find((mark) => !value.includes(mark)) ?? '';

/** Tells the commands of this checkout how the services reach their servers, until disposed. Only the user may read it: it has passwords. */
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
 * Sets what `env` leaves open: from `.env` in `folder`, then from the `npm start` that runs on its DATA_DIR. What another
 * user keeps for himself is left out, and `warn` is told.
 */
export function completeEnv(env: NodeJS.ProcessEnv, folder: string, warn: (line: string) => void): void {
  for (const file of [join(folder, '.env'), fileIn(resolve(folder, env['DATA_DIR'] || '.data'))]) {
    const text = readIfOurs(file, warn);
    if (text !== null) fill(env, parseEnv(text));
  }
}

function readIfOurs(file: string, warn: (line: string) => void): string | null {
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
  const others = servers.filter(({ where }) => where.some((name) => env[name] && env[name] !== found[name]));
  for (const [name, value] of Object.entries(found))
    if (!others.some(({ prefix }) => name.startsWith(prefix))) env[name] ||= value;
}
