import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../../../..');
const copied = ['apps/gateway', 'apps/dashboard', 'tsconfig.base.json', 'package.json'];
const builtAssets = 'apps/dashboard/dist/assets';

/** The gateway of a next deployment: its dashboard is another build. */
export interface NextGateway extends AsyncDisposable {
  /** Path of its main.ts. */
  readonly main: string;
  /** Names of the scripts of this version's dashboard and of the next one's. */
  readonly scripts: { readonly before: readonly string[]; readonly next: readonly string[] };
}

/** Copies gateway and dashboard, replaces a text of the dashboard, and builds it. */
export async function buildNextGateway(edit: {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}): Promise<NextGateway> {
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'callstream-next-gateway-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  for (const path of copied)
    await cp(join(root, path), join(folder, path), {
      recursive: true,
      filter: (source) => !/node_modules|dist$/.test(source.slice(root.length)),
    });
  for (const path of ['.', 'apps/gateway', 'apps/dashboard']) {
    const modules = join(root, path, 'node_modules');
    if ((await readdir(modules).catch(() => [])).length > 0) await symlink(modules, join(folder, path, 'node_modules'));
  }
  const file = join(folder, 'apps/dashboard', edit.file);
  const text = await readFile(file, 'utf8');
  if (text.split(edit.from).length !== 2) throw new Error(`${edit.file} must contain "${edit.from}" exactly once.`);
  await writeFile(file, text.replace(edit.from, edit.to));
  const vite = createRequire(join(root, 'apps/dashboard/package.json')).resolve('vite/package.json');
  const command = [join(dirname(vite), 'bin/vite.js'), 'build', '--logLevel', 'warn'];
  await promisify(execFile)(process.execPath, command, { cwd: join(folder, 'apps/dashboard') });
  const scriptsIn = async (of: string): Promise<string[]> =>
    (await readdir(join(of, builtAssets))).filter((name) => name.endsWith('.js'));
  const scripts = { before: await scriptsIn(root), next: await scriptsIn(folder) };
  const owned = cleanup.move();
  return {
    main: join(folder, 'apps/gateway/src/main.ts'),
    scripts,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
