import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '@callstream/stack';
import { pickPort } from '../system/free-port.ts';

const example = join(import.meta.dirname, '../../../../docs/examples/Caddyfile');

/** Its version; null if it is not installed. */
export const caddyVersion = (): Promise<string | null> =>
  promisify(execFile)('caddy', ['version']).then(
    ({ stdout }) => stdout.trim().split(' ')[0] ?? null,
    () => null,
  );

/** Caddy with docs/examples/Caddyfile, without TLS: it gets certificates from the internet. */
export interface Caddy extends AsyncDisposable {
  readonly port: number;
}

/** Ports of the services. `admin`: of ingest. */
export async function startCaddy(ports: Record<'ingest' | 'admin' | 'gateway', string>): Promise<Caddy> {
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'callstream-caddy-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const port = await pickPort();
  const replacements: Record<string, string> = {
    '{\n\t# No path': '{\n\tadmin off\n\tauto_https off\n\t# No path',
    'calls.example.com {': `http://calls.example.com:${port} {`,
    'board.example.com {': `http://board.example.com:${port} {`,
    '10.0.0.11:3000 10.0.0.12:3000': `127.0.0.1:${ports.ingest}`,
    '10.0.0.11:4000 10.0.0.12:4000': `127.0.0.1:${ports.gateway}`,
    'health_port 9101': `health_port ${ports.admin}`,
  };
  let text = await readFile(example, 'utf8');
  for (const [from, to] of Object.entries(replacements)) {
    if (!text.includes(from)) throw new Error(`docs/examples/Caddyfile does not contain "${from}".`);
    text = text.replaceAll(from, to);
  }
  const file = join(folder, 'Caddyfile');
  await writeFile(file, text);
  const env = Object.assign({}, process.env, { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder });
  const child = spawn('caddy', ['run', '--config', file, '--adapter', 'caddyfile'], { env, stdio: 'ignore' });
  const exited = once(child, 'exit');
  cleanup.defer(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  const listens = async (): Promise<boolean> => {
    if (child.exitCode !== null) throw new Error(`Caddy ended with ${child.exitCode}.`);
    const socket = connect(port, '127.0.0.1');
    const connected = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    return connected;
  };
  await until(listens, { timeoutMs: 20_000, onTimeout: () => new Error('Caddy does not listen.') });
  const owned = cleanup.move();
  return { port, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
