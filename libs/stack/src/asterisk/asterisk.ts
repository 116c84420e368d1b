import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { makePrivateFolder, privateFileMode } from '@callstream/files';
import { dockerAnswers } from '../docker-answers.ts';
import { claimPort, stablePort } from '../free-port.ts';
import { stopOrphan } from '../pid-file.ts';
import { startServer, whenReady } from '../server-process.ts';
import type { ServerProcess } from '../server-process.ts';
import { asteriskChroot } from './chroot.ts';
import { containerImage } from './container-image.ts';
import { connectManager } from './manager.ts';
import type { ManagerAddress } from './manager.ts';
import { managerUsers, pbxConfig } from './pbx-config.ts';

/** An Asterisk with the queues and agents of `call-centre.ts`. */
export interface AsteriskServer extends ServerProcess {
  /** Of the manager interface on this machine, for the connector. */
  readonly connector: ManagerAddress;
  /** The same for `connectManager`, to place calls. */
  readonly calls: ManagerAddress;
  /** `kill -9`; resolves when it has ended. */
  readonly kill: () => Promise<void>;
}

export interface AsteriskOptions {
  /** Folder of its files, of no other PBX; created if missing. Port and secret survive restarts. */
  readonly dataDir: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Gets the progress of what is made once, one line at a time. */
  readonly print?: (line: string) => void;
}

const readyTimeoutMs = 60_000;
const stop = { stopSignal: 'SIGTERM', stopTimeoutMs: 10_000 } as const;

/**
 * Starts Asterisk 22, and waits until it is ready: in a container if Docker answers, else for root in a chroot. Only this machine
 * reaches it, by its manager interface alone.
 * @throws {Error} that names what the machine lacks and the remedy, or has the end of Asterisk's log
 */
export async function startAsterisk(options: AsteriskOptions): Promise<AsteriskServer> {
  const { env = process.env, print = () => undefined } = options;
  const dataDir = resolve(options.dataDir);
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  const host = (await dockerAnswers()) ? await inContainer(name, print) : await inChroot({ env, print });
  makePrivateFolder(dataDir, print);

  /** Where Asterisk sees `dataDir`. */
  const folder = `/mnt/${name}`;
  await stopOrphan(dataDir, { marker: folder, signal: stop.stopSignal, timeoutMs: stop.stopTimeoutMs });
  await host.removeOrphan();
  const port = await claimPort(await stablePort(dataDir, 'manager'), 'Asterisk');
  const secret = await secretOf(dataDir);
  const files = pbxConfig({ folder, secret, address: host.address, port: host.portInside ?? port });
  for (const [file, text] of Object.entries(files))
    await writeFile(join(dataDir, file), text, { mode: privateFileMode });

  const logFile = join(dataDir, 'asterisk.log');
  const server = await startServer({
    name: 'Asterisk',
    ...host.command({ dataDir, folder, port }),
    dataDir,
    logFile,
    env,
    ...stop,
  });
  const calls = { port, user: managerUsers.calls, secret };
  await whenReady(server, { name: 'Asterisk', logFile, timeoutMs: readyTimeoutMs, isReady: () => hasQueues(calls) });
  return {
    ...server,
    connector: { port, user: managerUsers.connector, secret },
    calls,
    kill: async () => {
      await host.kill(server.pid);
      await server.exited;
    },
  };
}

interface CommandOptions {
  readonly dataDir: string;
  readonly folder: string;
  readonly port: number;
}

/** What runs Asterisk. */
interface Host {
  /** Where its manager interface listens; `portInside`: on another port than that of this machine. */
  readonly address: string;
  readonly portInside?: number;
  readonly command: (options: CommandOptions) => { command: string; args: string[] };
  readonly kill: (pid: number) => Promise<void>;
  /** Removes what a killed process has left behind, and `stopOrphan` cannot see. */
  readonly removeOrphan: () => Promise<void>;
}

const asterisk = (folder: string): string[] => ['asterisk', '-f', '-C', `${folder}/asterisk.conf`];

/** The mounts are seen by this Asterisk only, and end with it: several can use the chroot at once. */
const mountAndRun =
  'mount -t tmpfs tmpfs "$1/mnt" && mkdir "$1$2" && mount --bind "$3" "$1$2" && root="$1" && shift 3 && exec chroot "$root" "$@"';

async function inChroot(options: Required<Pick<AsteriskOptions, 'env' | 'print'>>): Promise<Host> {
  const root = await asteriskChroot(options);
  return {
    address: '127.0.0.1',
    command: ({ dataDir, folder }) => ({
      command: 'unshare',
      args: ['--mount', '--', 'sh', '-c', mountAndRun, 'sh', root, folder, dataDir, ...asterisk(folder)],
    }),
    kill: (pid) => Promise.resolve(void process.kill(pid, 'SIGKILL')),
    removeOrphan: () => Promise.resolve(),
  };
}

async function inContainer(name: string, print: (line: string) => void): Promise<Host> {
  const image = await containerImage(print);
  const container = `callstream-asterisk-${name}`;
  const docker = (...args: string[]) => promisify(execFile)('docker', args);
  const user = process.getuid ? ['--user', `${process.getuid()}:${process.getgid?.() ?? 0}`] : [];
  return {
    address: '0.0.0.0',
    portInside: 5_038,
    command: ({ dataDir, folder, port }) => ({
      command: 'docker',
      args: [
        ...['run', '--rm', '--init', '--name', container, ...user],
        ...['--publish', `127.0.0.1:${port}:5038`, '--volume', `${dataDir}:${folder}`],
        ...[image, ...asterisk(folder)],
      ],
    }),
    kill: async () => {
      await docker('kill', container);
    },
    removeOrphan: async () => {
      await docker('rm', '--force', container);
    },
  };
}

/** Its queues are loaded last. False while it does not answer yet. */
async function hasQueues(address: ManagerAddress): Promise<boolean> {
  try {
    await using manager = await connectManager(address);
    await manager.send('QueueStatus', {});
    return true;
  } catch {
    return false;
  }
}

async function secretOf(dataDir: string): Promise<string> {
  const file = join(dataDir, 'secret');
  const stored = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (stored !== '') return stored;
  const secret = randomBytes(18).toString('base64url');
  await writeFile(file, `${secret}\n`, { mode: privateFileMode });
  return secret;
}
