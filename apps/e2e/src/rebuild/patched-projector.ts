import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../../..');

export interface PatchedProjector extends AsyncDisposable {
  /** Path of its main.ts. */
  readonly projector: string;
}

/** One replacement in a file, which must contain `from` exactly once. */
export interface SourcePatch {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A workspace of this repository, and all that it depends on. */
async function workspacesOf(part: string): Promise<readonly string[]> {
  const { dependencies = {} } = JSON.parse(await readFile(join(root, part, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  const names = Object.keys(dependencies).filter((name) => name.startsWith('@callstream/'));
  const below = await Promise.all(names.map((name) => workspacesOf(name.replace('@callstream', 'libs'))));
  return [...new Set([part, ...below.flat()])];
}

/** Copies the projector with its workspaces, and patches the copy: the version of a next deployment. */
export async function patchProjector(edits: readonly SourcePatch[]): Promise<PatchedProjector> {
  const folder = await mkdtemp(join(tmpdir(), 'callstream-version-'));
  const workspaces = await workspacesOf('apps/projector');
  for (const part of workspaces)
    await cp(join(root, part), join(folder, part), {
      recursive: true,
      filter: (path) => !path.includes('node_modules') && !path.endsWith('.test.ts'),
    });
  await linkModules(folder, workspaces);
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  for (const { file, from, to } of edits) {
    const text = await readFile(join(folder, file), 'utf8');
    if (text.split(from).length !== 2) throw new Error(`${file} must contain "${from}" exactly once.`);
    await writeFile(
      join(folder, file),
      text.replace(from, () => to),
    );
  }
  return {
    projector: join(folder, 'apps/projector/src/main.ts'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Links the packages of this repository, and the copied workspaces instead of the originals. */
async function linkModules(folder: string, workspaces: readonly string[]): Promise<void> {
  const linked = join(folder, 'node_modules/@callstream');
  await mkdir(linked, { recursive: true });
  for (const name of await readdir(join(root, 'node_modules')))
    if (name !== '@callstream') await symlink(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  for (const part of workspaces) await symlink(join(folder, part), join(linked, part.split('/')[1] ?? part));
  for (const part of workspaces) {
    const modules = join(root, part, 'node_modules');
    const names = await readdir(modules).catch(() => []);
    if (names.length > 0) await symlink(modules, join(folder, part, 'node_modules'));
  }
}
