import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { makePrivateFolder, privateFileMode, withPrivateUmask } from '@callstream/files';
import { Client } from 'pg';
import type { Authority } from './certificates.ts';
import { exists } from './exists.ts';
import { claimPort, stablePort } from './free-port.ts';
import { stopOrphan } from './pid-file.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { enableTls } from './postgres-tls.ts';
import { postgresUser } from './postgres-user.ts';
import type { RunAs } from './postgres-user.ts';
import { startServer, whenReady } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';

export interface PostgresServer extends ServerProcess {
  /** For the superuser `callstream` and the database of the same name. */
  readonly url: string;
  readonly port: number;
}

export interface PostgresServerOptions {
  /** Folder of all files of Postgres; created if missing. Data, port and password survive restarts. */
  dataDir: string;
  /** Default: a free port, which is stored in `dataDir`. */
  port?: number;
  /** False: faster, but a crash of the machine may lose everything. For tests. */
  fsync?: boolean;
  /**
   * Requires TLS, with a certificate for `localhost` by this authority. Members of the role `certified` also need a client
   * certificate with their name.
   */
  authority?: Authority;
  /** Folder with initdb and postgres; default: that of CALLSTREAM_TEST_POSTGRES_BIN, or the one of `npm install`. */
  binaries?: string;
  /** Gets files that other users may read, one line at a time. */
  print?: (line: string) => void;
}

interface ClusterOptions {
  initdb: string;
  cluster: string;
  runAs: RunAs;
  fsync: boolean;
}

const readyTimeoutMs = 60_000;
/** SIGINT is Postgres' fast shutdown: it closes connections and stops cleanly. */
const stop = { stopSignal: 'SIGINT', stopTimeoutMs: 20_000 } as const;

/**
 * Starts PostgreSQL on this machine, and waits until it is ready.
 * @throws {Error} that names what the machine lacks and the remedy, or has the end of the server's log
 */
export async function startPostgres(options: PostgresServerOptions): Promise<PostgresServer> {
  const dataDir = resolve(options.dataDir);
  const { fsync = true, print = () => undefined } = options;
  const { initdb, postgres } = await postgresBinaries(options.binaries ?? process.env['CALLSTREAM_TEST_POSTGRES_BIN']);
  const runAs = await postgresUser(postgres);
  makePrivateFolder(dataDir, print);
  // Its mode closes it to others, and so to the user as whom root runs Postgres.
  if (runAs.owner) await chown(dataDir, runAs.owner.uid, runAs.owner.gid);

  const cluster = join(dataDir, 'cluster');
  await stopOrphan(dataDir, { marker: `-D ${cluster}`, signal: stop.stopSignal, timeoutMs: stop.stopTimeoutMs });
  const password = await initialise({ initdb, cluster, runAs, fsync });

  const port = await claimPort(options.port ?? (await stablePort(dataDir, 'postgres')), 'PostgreSQL');
  const logFile = join(dataDir, 'postgres.log');
  const settings = [
    'unix_socket_directories=',
    'max_connections=100',
    // Commits stay synchronous, as in production: hint bits are set only after the commit's WAL is flushed.
    ...(fsync ? [] : ['fsync=off', 'full_page_writes=off']),
    ...(options.authority ? await enableTls(options.authority, dataDir, runAs) : []),
  ].flatMap((setting) => ['-c', setting]);
  const server = await startServer({
    name: 'PostgreSQL',
    ...runAs.command(postgres, ['-D', cluster, '-h', '127.0.0.1', '-p', String(port), ...settings]),
    dataDir,
    logFile,
    ...stop,
  });
  const address = `postgres://callstream:${password}@127.0.0.1:${port}`;
  await whenReady(server, {
    name: 'PostgreSQL',
    logFile,
    timeoutMs: readyTimeoutMs,
    isReady: () =>
      ensureDatabase(`${address}/postgres${options.authority ? '?uselibpqcompat=true&sslmode=require' : ''}`),
  });
  return { ...server, url: `${address}/callstream`, port };
}

/**
 * Runs initdb, unless the cluster exists. The cluster is renamed into place, so an interrupted initdb is run again.
 * @returns the password of the superuser
 */
async function initialise(options: ClusterOptions): Promise<string> {
  const { initdb, cluster, runAs } = options;
  const passwordFile = join(dirname(cluster), 'password');
  if (await exists(cluster)) return (await readFile(passwordFile, 'utf8')).trim();

  const fresh = `${cluster}.new`;
  const password = randomBytes(18).toString('base64url');
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o700 });
  await rm(passwordFile, { force: true });
  await writeFile(passwordFile, `${password}\n`, { mode: privateFileMode });
  if (runAs.owner) {
    for (const path of [fresh, passwordFile]) await chown(path, runAs.owner.uid, runAs.owner.gid);
  }
  const { command, args, ...ids } = runAs.command(initdb, [
    ...['-D', fresh, '-U', 'callstream', '--pwfile', passwordFile, '--auth', 'scram-sha-256'],
    ...['--encoding', 'UTF8', ...(await localeOf(initdb))],
    ...(options.fsync ? [] : ['--no-sync']),
  ]);
  await withPrivateUmask(() => promisify(execFile)(command, args, { cwd: dirname(cluster), ...ids })).catch(
    (error: unknown) => {
      throw new Error(`PostgreSQL's data folder ${cluster} could not be created.\n${(error as Error).message}`);
    },
  );
  await rename(fresh, cluster);
  return password;
}

/** The same locale on every machine, if possible: before PostgreSQL 17, only C does not depend on the system. */
async function localeOf(initdb: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(initdb, ['--version']);
  const major = Number(/(\d+)/.exec(stdout)?.[1]);
  return major >= 17 ? ['--locale-provider', 'builtin', '--locale', 'C.UTF-8'] : ['--locale', 'C'];
}

/** Creates the database `callstream` if it is missing. False while the server does not answer yet. */
async function ensureDatabase(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
  try {
    await client.connect();
    const { rowCount } = await client.query(`select from pg_database where datname = 'callstream'`);
    if (rowCount === 0) await client.query('create database callstream');
    return true;
  } catch (error) {
    // 28xxx (invalid authorization) is permanent.
    if (/^28/.test((error as { code?: string }).code ?? '')) throw error;
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
