import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cacheFolder } from '../cache-folder.ts';
import { exists } from '../exists.ts';
import { makeFolder } from '../make-folder.ts';

/** The release of Debian that has Asterisk 22. */
const release = 'sid';

interface InstallOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Gets the progress, one line at a time. */
  readonly print: (line: string) => void;
}

/**
 * A folder with a small Debian that has Asterisk, in the user's cache. Makes it if it is missing, which takes three to five minutes and
 * 650 MB of disk. It appears atomically, also when two processes make it at once.
 * @throws {Error} that names what the machine lacks, and the remedy
 */
export async function asteriskChroot({ env, print }: InstallOptions): Promise<string> {
  checkUser();
  const root = join(cacheFolder(env), `asterisk-${release}`);
  await makeFolder(root, {
    isComplete: () => exists(join(root, 'usr/sbin/asterisk')),
    fill: async (fresh) => {
      print('Asterisk: making a Debian with it, once; three to five minutes …');
      await install(fresh, { env, print });
    },
  });
  return root;
}

function checkUser(): void {
  if (process.platform !== 'linux')
    throw new Error('Asterisk runs in Docker here, and Docker does not answer: start it.');
  if (process.getuid?.() !== 0)
    throw new Error(
      'Without Docker, Asterisk runs in a chroot, which only root can do: start Docker, or run this as root.',
    );
}

async function install(root: string, options: InstallOptions): Promise<void> {
  await run(['debootstrap', '--variant=minbase', release, root], options);
  // Its service must not start at installation.
  await writeFile(join(root, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  const apt = ['chroot', root, 'apt-get', '--option', 'Acquire::Check-Valid-Until=false'];
  await run([...apt, 'update'], options);
  await run([...apt, 'install', '--yes', '--no-install-recommends', 'asterisk'], options);
  await run([...apt, 'clean'], options);
}

/** In a mount namespace of its own: what debootstrap mounts is gone when it ends, and so never in the way of `rm`. */
async function run(
  command: readonly [string, ...string[]] | readonly string[],
  options: InstallOptions,
): Promise<void> {
  const { env, print } = options;
  const child = spawn('unshare', ['--mount', '--', ...command], {
    env: Object.assign({}, env, { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const last: string[] = [];
  let printedAtMs = performance.now();
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on('line', (line) => {
      last.push(line);
      if (last.length > 6) last.shift();
      if (performance.now() - printedAtMs < 5_000) return;
      printedAtMs = performance.now();
      print(`Asterisk: ${line.trim()}`);
    });
  await new Promise<void>((resolve, reject) => {
    child.once('error', () => reject(new Error(`Asterisk needs \`unshare\` of util-linux, or Docker. ${remedy}`)));
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command.join(' ')} failed. ${remedy}\n${last.join('\n')}`)),
    );
  });
}

const remedy =
  'The chroot needs debootstrap (`apt-get install debootstrap`), the right to mount, and the network (deb.debian.org); Docker needs none ' +
  'of them on this machine.';
