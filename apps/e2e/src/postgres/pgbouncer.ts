import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, until } from '@callstream/stack';

const run = promisify(execFile);
const search = Object.assign({}, process.env, { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin` });

/** PgBouncer, the connection pooler, in front of the Postgres of the tests. */
export interface PgBouncer extends AsyncDisposable {
  /** The URL of the database, through the pooler. */
  readonly url: string;
}

export const hasPgBouncer = await run('pgbouncer', ['--version'], { env: search }).then(
  () => true,
  () => false,
);

/** `url`: the database, on Postgres itself. */
export async function startPgBouncer(url: string, mode: 'session' | 'transaction'): Promise<PgBouncer> {
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'callstream-pgbouncer-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const server = new URL(url);
  const port = await freePort();
  const users = join(folder, 'users.txt');
  const file = join(folder, 'pgbouncer.ini');
  await writeFile(users, `"${server.username}" "${decodeURIComponent(server.password)}"\n`);
  await writeFile(
    file,
    `[databases]
* = host=${server.hostname} port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = ${mode}
default_pool_size = 40
max_client_conn = 100
`,
  );
  // It refuses to run as root, and must read its files as another user.
  for (const path of [folder, users, file]) await chmod(path, path === folder ? 0o755 : 0o644);
  const user = process.getuid?.() === 0 ? { uid: await idOf('-u'), gid: await idOf('-g') } : {};
  const child = spawn('pgbouncer', ['--quiet', file], { env: search, stdio: ['ignore', 'ignore', 'inherit'], ...user });
  const exited = once(child, 'exit');
  cleanup.defer(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  const listens = async (): Promise<boolean> => {
    if (child.exitCode !== null) throw new Error(`PgBouncer ended with ${child.exitCode}.`);
    const socket = connect(port, '127.0.0.1');
    const connected = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    return connected;
  };
  await until(listens, { onTimeout: () => new Error('PgBouncer does not listen.') });
  server.hostname = '127.0.0.1';
  server.port = String(port);
  const owned = cleanup.move();
  return { url: server.href, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const idOf = async (flag: '-u' | '-g'): Promise<number> => Number((await run('id', [flag, 'nobody'])).stdout);
