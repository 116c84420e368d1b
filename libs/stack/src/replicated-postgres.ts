import { execFile } from 'node:child_process';
import { appendFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { startPostgres } from './postgres.ts';
import type { PostgresServer } from './postgres.ts';
import { startProxy } from './proxy.ts';
import type { Proxy } from './proxy.ts';

/** A primary with a standby that replicates it asynchronously: the primary does not wait for it. */
export interface ReplicatedPostgres extends AsyncDisposable {
  readonly primary: PostgresServer;
  /** Read-only until `promote`. */
  readonly standby: PostgresServer;
  /** Between standby and primary: while it refuses, the standby lags. */
  readonly replication: Proxy;
  /** Makes the standby the primary. */
  readonly promote: () => Promise<void>;
}

/** Starts both in `folder`, without fsync. */
export async function startReplicatedPostgres(folder: string): Promise<ReplicatedPostgres> {
  await using cleanup = new AsyncDisposableStack();
  const [primaryDir, standbyDir] = [join(folder, 'primary'), join(folder, 'standby')];
  // A physical copy: created, stopped, copied, started again.
  const original = await startPostgres({ dataDir: primaryDir, fsync: false });
  await original[Symbol.asyncDispose]();
  const replication = cleanup.use(await startProxy({ to: { port: original.port } }));
  await createStandby(primaryDir, standbyDir, { url: original.url, port: replication.port });
  const primary = cleanup.use(await startPostgres({ dataDir: primaryDir, fsync: false }));
  const standby = cleanup.use(await startPostgres({ dataDir: standbyDir, fsync: false }));
  const owned = cleanup.move();
  return {
    primary,
    standby,
    replication,
    promote: () => promote(standby),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Copies a stopped server to a standby that replicates it through `port`. */
async function createStandby(
  primaryDir: string,
  standbyDir: string,
  { url, port }: { url: string; port: number },
): Promise<void> {
  await promisify(execFile)('cp', ['-a', primaryDir, standbyDir]);
  await rm(join(standbyDir, 'postgres.port'), { force: true });
  const cluster = join(standbyDir, 'cluster');
  await writeFile(join(cluster, 'standby.signal'), '');
  const { username, password } = new URL(url);
  await appendFile(
    join(cluster, 'postgresql.auto.conf'),
    `primary_conninfo = 'host=127.0.0.1 port=${port} user=${username} password=${password}'\n`,
  );
}

async function promote({ url }: PostgresServer): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('select pg_promote()');
  } finally {
    await client.end();
  }
}
