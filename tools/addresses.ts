// Where the Kafka and the Postgres of a running `npm start` are, for commands that are started beside it.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';

export type Addresses = { KAFKA_BROKERS: string; DATABASE_URL: string; KAFKA_TOPIC?: string };

const fileIn = (dataDir: string) => join(dataDir, 'addresses.env');
const quote = (value: string) => [`'`, '"', '`'].find((mark) => !value.includes(mark)) ?? '';

/** Tells the commands of this checkout, until disposed. Only the user may read it: it has a password. */
export function publishAddresses(dataDir: string, addresses: Addresses): Disposable {
  const lines = Object.entries(addresses).map(([name, value]) => `${name}=${quote(value)}${value}${quote(value)}\n`);
  rmSync(fileIn(dataDir), { force: true });
  writeFileSync(fileIn(dataDir), lines.join(''), { mode: 0o600 });
  return { [Symbol.dispose]: () => rmSync(fileIn(dataDir), { force: true }) };
}

/** Sets what `env` leaves open: from `.env` in `folder`, then from the `npm start` that runs on its DATA_DIR. */
export function completeEnv(env: NodeJS.ProcessEnv, folder: string): void {
  fill(env, join(folder, '.env'));
  fill(env, fileIn(resolve(folder, env['DATA_DIR'] || '.data')));
}

function fill(env: NodeJS.ProcessEnv, file: string): void {
  if (!existsSync(file)) return;
  for (const [name, value] of Object.entries(parseEnv(readFileSync(file, 'utf8')))) env[name] ||= value;
}
