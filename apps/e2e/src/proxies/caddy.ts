import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, freePort, until } from '@callstream/stack';
import { exampleConfig, isInstalled, localLookup, systemEnv } from './example-config.ts';
import type { ProxyConnection } from './example-config.ts';

/** Caddy with one of docs/examples. */
export interface Caddy extends AsyncDisposable {
  readonly port: number;
  readonly connect: ProxyConnection;
}

export const hasCaddy = await isInstalled('caddy', ['version']);

export interface CaddyOptions {
  /** A file of docs/examples. */
  readonly example: string;
  /** The hosts of its sites. */
  readonly hosts: readonly string[];
  /** The ports of the gateways at 10.0.0.11 and 10.0.0.12 in the example. */
  readonly gateways: readonly [number, number];
  /** What else of the example must differ on this machine. */
  readonly replacements?: Readonly<Record<string, string>>;
}

export async function startCaddy({ example, hosts, gateways, replacements }: CaddyOptions): Promise<Caddy> {
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'callstream-caddy-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const authority = await createAuthority(join(folder, 'authority'));
  const { certificate, key } = await authority.issue(
    'callstream',
    hosts.map((host) => `DNS:${host}`),
  );
  const [port, httpPort] = [await freePort(), await freePort()];
  const text = await exampleConfig(example, {
    // Else it asks a public authority for certificates, listens on fixed ports, and by UDP, which reserves the port.
    '{\n\t# No path': `{\n\tadmin off\n\thttp_port ${httpPort}\n\thttps_port ${port}\n\tservers {\n\t\tprotocols h1 h2\n\t}\n\t# No path`,
    ...Object.fromEntries(
      hosts.map((host) => [`${host} {`, `${host} {\n\tbind 127.0.0.1\n\ttls ${certificate} ${key}`]),
    ),
    '10.0.0.11:4000': `127.0.0.1:${gateways[0]}`,
    '10.0.0.12:4000': `127.0.0.1:${gateways[1]}`,
    ...replacements,
  });
  const file = join(folder, 'Caddyfile');
  await writeFile(file, text);
  const env = { ...systemEnv, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const child = spawn('caddy', ['run', '--adapter', 'caddyfile', '--config', file], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (part: Buffer) => (output = (output + part.toString()).slice(-10_000)));
  const exited = once(child, 'exit');
  cleanup.defer(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  const isRunning = (): boolean => {
    if (child.exitCode !== null) throw new Error(`Caddy ended with ${child.exitCode}.\n${output}`);
    return output.includes('serving initial configuration');
  };
  await until(isRunning, {
    onTimeout: () => new Error(`Caddy does not serve its configuration.\n${output}`),
  });
  const connect = { ca: await readFile(authority.certificate, 'utf8'), lookup: localLookup };
  const owned = cleanup.move();
  return { port, connect, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
