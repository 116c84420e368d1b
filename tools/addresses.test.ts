import { mkdtempSync, rmSync, chmodSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { completeEnv, publishAddresses } from './addresses.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'callstream-addresses-'));
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The environment of a command that is started in `folder` while `npm start` runs on it, and the warnings. */
function complete(env: NodeJS.ProcessEnv): { env: NodeJS.ProcessEnv; warnings: string[] } {
  const warnings: string[] = [];
  const given = { DATA_DIR: folder, ...env };
  completeEnv(given, folder, (line) => warnings.push(line));
  return { env: given, warnings };
}

it('a command takes addresses from the environment, else from .env, else from a running npm start', () => {
  using _addresses = publishAddresses(folder, { KAFKA_BROKERS: 'a:1', DATABASE_URL: 'postgres://b', PATH: '/bin' });
  writeFileSync(join(folder, '.env'), 'KAFKA_TOPIC=calls\n');
  const own = { KAFKA_BROKERS: 'a:1', DATABASE_URL: 'postgres://b', KAFKA_TOPIC: 'calls', DATA_DIR: folder };
  expect(complete({}).env).toEqual(own);
  expect(complete({ DATABASE_URL: 'postgres://mine' }).env).toEqual({ ...own, DATABASE_URL: 'postgres://mine' });
});

const itAsRoot = process.getuid?.() === 0 ? it : it.skip;
itAsRoot('a command of another user gets a warning instead of the addresses (skipped unless run by root)', () => {
  using _addresses = publishAddresses(folder, { KAFKA_BROKERS: 'a:1' });
  process.seteuid?.(65_534);
  try {
    const { env, warnings } = complete({ KAFKA_BROKERS: 'mine:1' });
    expect(env['KAFKA_BROKERS']).toBe('mine:1');
    expect(warnings).toEqual([expect.stringMatching(/addresses\.env belongs to another user.*Run this as that user/)]);
  } finally {
    process.seteuid?.(0);
  }
});
