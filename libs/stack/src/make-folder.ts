import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface MakeFolderOptions {
  /** Whether the folder is there, and whole. */
  readonly isComplete: () => Promise<boolean>;
  /** Fills an empty folder, which becomes the wanted one. */
  readonly fill: (fresh: string) => Promise<void>;
}

/** Makes a folder if it is missing. It appears atomically, also when two processes make it at once. */
export async function makeFolder(folder: string, { isComplete, fill }: MakeFolderOptions): Promise<void> {
  if (await isComplete()) return;
  const parent = dirname(folder);
  await mkdir(parent, { recursive: true });
  const fresh = await mkdtemp(join(parent, 'fetching-'));
  try {
    await fill(fresh);
    await rename(fresh, folder).catch(async (error: unknown) => {
      if (!(await isComplete())) throw error; // else another process was faster
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}
