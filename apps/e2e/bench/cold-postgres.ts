import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startPostgres } from '@callstream/stack';

export interface ColdPostgres extends AsyncDisposable {
  readonly url: string;
  /** Restarts it; false if its files may still be in the operating system's cache. */
  readonly restart: () => Promise<boolean>;
}

/** A Postgres that can be restarted with cold caches. */
export async function startColdPostgres(dataDir: string): Promise<ColdPostgres> {
  let running = await startPostgres({ dataDir });
  return {
    url: running.url,
    restart: async () => {
      await running[Symbol.asyncDispose]();
      const isDropped = await dropFileCache(dataDir);
      running = await startPostgres({ dataDir });
      return isDropped;
    },
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}

/** Drops the files of a folder from the operating system's cache; false where that is not possible. */
const dropFileCache = (folder: string): Promise<boolean> =>
  // GNU dd with nocache and count=0 calls posix_fadvise(POSIX_FADV_DONTNEED) for the whole file.
  promisify(execFile)('find', [folder, '-type', 'f', '-exec', 'dd', 'if={}', 'iflag=nocache', 'count=0', ';']).then(
    () => true,
    () => false,
  );
