import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../../..');
const copied = ['apps/projector', 'libs/domain', 'libs/runtime', 'libs/tables'];

export interface PatchedProjector extends AsyncDisposable {
  /** Its projector: a TypeScript file. */
  readonly projector: string;
}

/** One change of a file: `from` must stand in it exactly once. */
export interface SourcePatch {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A copy of the projector and of what it is made of, changed: a second version, as the next deployment would have it. */
export async function patchProjector(edits: readonly SourcePatch[]): Promise<PatchedProjector> {
  const folder = await mkdtemp(join(tmpdir(), 'callstream-version-'));
  for (const part of copied)
    await cp(join(root, part), join(folder, part), {
      recursive: true,
      filter: (path) => !path.includes('node_modules') && !path.endsWith('.test.ts'),
    });
  await linkModules(folder);
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  for (const { file, from, to } of edits) {
    const text = await readFile(join(folder, file), 'utf8');
    if (text.split(from).length !== 2) throw new Error(`"${from}" does not stand in ${file} exactly once.`);
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

/** The packages of this repository, but our own in the copy. */
async function linkModules(folder: string): Promise<void> {
  const own = join(folder, 'node_modules/@callstream');
  await mkdir(own, { recursive: true });
  for (const name of await readdir(join(root, 'node_modules')))
    if (name !== '@callstream') await symlink(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  for (const part of copied) await symlink(join(folder, part), join(own, part.split('/')[1] ?? part));
  for (const part of copied) {
    const modules = join(root, part, 'node_modules');
    const names = await readdir(modules).catch(() => []);
    if (names.length > 0) await symlink(modules, join(folder, part, 'node_modules'));
  }
}
