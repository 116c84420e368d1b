import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { errorText, sleep } from '@callstream/resilience';

/** Largest file, in bytes. */
const fileBytesMax = 1024 * 1024;

/** Why a file could not be read, as a remedy. */
export interface FileProblem {
  readonly problem: string;
}

export interface FollowedFile {
  /** Reads the file, if it has changed since the last time; undefined: it has not. */
  readonly readIfChanged: () => Promise<string | FileProblem | undefined>;
  /** Calls `check` regularly, one call at a time, until it is disposed. */
  readonly follow: (check: (signal: AbortSignal) => Promise<void>) => Disposable;
}

export interface FollowFileOptions {
  readonly file: string;
  /** Name of the setting that names the file, for remedies. */
  readonly setting: string;
  /** How often it is checked for a change, in ms. */
  readonly checkEveryMs: number;
}

/** A small text file that people change while the service runs. */
export function followFile({ file, setting, checkEveryMs }: FollowFileOptions): FollowedFile {
  let readVersion = '';
  return {
    readIfChanged: async () => {
      // Before it is read: what changes from here on is another version, and read the next time.
      const version = await versionOf(file);
      if (version === readVersion) return undefined;
      readVersion = version;
      return readText(file, setting);
    },
    follow: (check) => {
      const stopping = new AbortController();
      const { signal } = stopping;
      const checkRegularly = async (): Promise<void> => {
        for (;;) {
          await sleep(checkEveryMs, signal);
          if (signal.aborted) return;
          await check(signal);
        }
      };
      void checkRegularly();
      return { [Symbol.dispose]: () => stopping.abort() };
    },
  };
}

/**
 * Differs whenever the file does. It is asked for, rather than watched by the system, because a file may be replaced by another one
 * of its name (as editors do), by a link to another folder (as Kubernetes does), or be on a disk of the network.
 */
async function versionOf(file: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join();
  } catch (error) {
    return codeOf(error);
  }
}

async function readText(file: string, setting: string): Promise<string | FileProblem> {
  try {
    // Opening a pipe would wait for its writer.
    if (!(await stat(file)).isFile()) return { problem: `this is not a file: name one in ${setting}` };
    const chunks = (await createReadStream(file, { end: fileBytesMax }).toArray()) as Buffer[];
    const bytes = Buffer.concat(chunks);
    if (bytes.length > fileBytesMax)
      return { problem: `the file has more than ${fileBytesMax / 1024} KiB: make it smaller` };
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return { problem: `there is no such file: create it, or unset ${setting}` };
    return { problem: remedies[code] ?? errorText(error) };
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown';

const remedies: Readonly<Record<string, string>> = {
  EACCES: 'the service may not read the file: give it the right to',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'the file is not UTF-8: save it as UTF-8',
};
