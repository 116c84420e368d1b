import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, freePort, until } from '@callstream/stack';
import { exampleConfig, isInstalled, localLookup, systemEnv } from './example-config.ts';
import type { ProxyConnection } from './example-config.ts';

/** Host names of the examples. */
export const webhookHost = 'calls.example.com';
export const boardHost = 'board.example.com';
export const pathHost = 'intranet.example.com';

/** nginx with one of docs/examples. */
export interface Nginx extends AsyncDisposable {
  readonly port: number;
  readonly connect: ProxyConnection;
  /** The text of all its log files. */
  readonly logs: () => Promise<string>;
}

/** What this machine lacks to run it; null if nothing. */
export async function missingForNginx(): Promise<string | null> {
  if (process.platform !== 'linux') return 'Linux, where each address of 127.0.0.0/8 is its own';
  return (await isInstalled('nginx', ['-v'])) ? null : 'nginx';
}

/** `example`: a file of docs/examples; `ports`: those of this machine, by those of the example. */
export async function startNginx(example: string, ports: Readonly<Record<number, number>>): Promise<Nginx> {
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'callstream-nginx-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755); // its workers may run as another user
  const authority = await createAuthority(join(folder, 'authority'));
  const { certificate, key } = await authority.issue(
    'callstream',
    [webhookHost, boardHost, pathHost].map((host) => `DNS:${host}`),
  );
  const port = await freePort();
  const text = await exampleConfig(example, {
    'listen 443 ssl': `listen 127.0.0.1:${port} ssl`,
    '/etc/ssl/callstream.pem': certificate,
    '/etc/ssl/callstream.key': key,
    '/var/log/nginx/': `${folder}/`,
    'worker_processes auto': 'worker_processes 1',
    ...Object.fromEntries(Object.entries(ports).map(([of, port]) => [`127.0.0.1:${of} `, `127.0.0.1:${port} `])),
    // The default folders are writable only for root.
    'http {\n': `http {\n${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};\n`).join('')}`,
  });
  const file = join(folder, 'nginx.conf');
  await writeFile(file, text);
  const child = spawn('nginx', ['-c', file, '-e', join(folder, 'error.log'), '-g', `daemon off; pid ${folder}/pid;`], {
    env: systemEnv,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = once(child, 'exit');
  cleanup.defer(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  const logs = async (): Promise<string> => {
    const files = ['callstream.log', 'callstream-error.log', 'error.log'];
    return (await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8').catch(() => '')))).join('\n');
  };
  const isRunning = async (): Promise<boolean> => {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}.\n${await logs()}`);
    return (await readFile(join(folder, 'pid'), 'utf8').catch(() => '')) !== '';
  };
  await until(isRunning, {
    onTimeout: () => new Error('nginx did not write its pid file.'),
  });
  const owned = cleanup.move();
  return {
    port,
    connect: { ca: await readFile(authority.certificate, 'utf8'), lookup: localLookup },
    logs,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
