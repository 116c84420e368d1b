// Builds the dashboard if its build is missing or older than its sources. Takes a second or two. Plain JavaScript for Node 20.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pinnedNode, root } from './setup.mjs';

const dashboard = join(root, 'apps', 'dashboard');
const sources = [
  ...['src', 'public', 'index.html', 'vite.config.mjs', 'tsconfig.json'].map((name) => join(dashboard, name)),
  ...['client', 'contracts', 'domain'].map((lib) => join(root, 'libs', lib, 'src')),
  join(root, 'package-lock.json'),
];

/** @throws {Error} with Vite's output, if the build fails */
export function buildDashboard() {
  const built = join(dashboard, 'dist', 'index.html');
  if (existsSync(built) && statSync(built).mtimeMs > newestOf(sources)) return;
  // npm may have installed Vite in the package's folder or at the root.
  const { status, stdout, stderr } = spawnSync(pinnedNode, [viteOf(), 'build', '--logLevel', 'warn'], {
    cwd: dashboard,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The dashboard cannot be built:\n${stdout}${stderr}`);
}

const viteOf = () =>
  [dashboard, root]
    .map((folder) => join(folder, 'node_modules', 'vite', 'bin', 'vite.js'))
    .find((file) => existsSync(file)) ?? 'vite';

/** The times of folders count too: they change when a file is deleted. */
function newestOf(paths) {
  const times = paths.flatMap((path) => {
    const { mtimeMs } = statSync(path);
    if (!statSync(path).isDirectory()) return [mtimeMs];
    const within = readdirSync(path, { recursive: true }).map((name) => statSync(join(path, String(name))).mtimeMs);
    return [mtimeMs, ...within];
  });
  return Math.max(...times);
}
