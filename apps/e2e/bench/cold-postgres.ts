import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startPostgres } from '@callstream/stack';

export interface ColdPostgres extends AsyncDisposable {
  readonly url: string;
  /** Starts it anew, where it was; false if the system may still have its files in memory. */
  readonly restart: () => Promise<boolean>;
}

/** A Postgres of our own that can be made to forget what it has read. */
export async function startColdPostgres(dataDir: string): Promise<ColdPostgres> {
  let running = await startPostgres({ dataDir });
  return {
    url: running.url,
    restart: async () => {
      await running[Symbol.asyncDispose]();
      const isForgotten = await dropFileCache(dataDir);
      running = await startPostgres({ dataDir });
      return isForgotten;
    },
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}

/** Has the system drop what it has in memory of the files of a folder; false where it cannot be asked to. */
const dropFileCache = (folder: string): Promise<boolean> =>
  // GNU dd: with nocache and a count of 0 it advises that the whole file is not needed any more (posix_fadvise).
  promisify(execFile)('find', [folder, '-type', 'f', '-exec', 'dd', 'if={}', 'iflag=nocache', 'count=0', ';']).then(
    () => true,
    () => false,
  );
