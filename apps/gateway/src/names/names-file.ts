import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { errorText, sleep } from '@callstream/resilience';
import type { Log } from '@callstream/runtime';
import { noNames } from './name-maps.ts';
import type { NameMaps } from './name-maps.ts';
import { parseNames } from './parse-names.ts';
import type { NamesProblem } from './parse-names.ts';

const fileBytesMax = 1024 * 1024;

/** The names of NAMES_FILE. */
export interface NamesFile {
  /** Those of the last time that the file could be read. */
  readonly current: () => NameMaps;
  /** Reads the file again when it changes, and calls `onChanged` when there are new names. */
  readonly follow: (onChanged: () => void) => Disposable;
}

export interface NamesFileOptions {
  /** Undefined: there are no names. */
  readonly file: string | undefined;
  /** How often it is checked for a change, in ms. */
  readonly checkEveryMs?: number;
  readonly log: Log;
}

/** Reads the file. One that cannot be read is logged, and never an error: without names, ids are shown. */
export async function openNamesFile({ file, checkEveryMs = 1_000, log }: NamesFileOptions): Promise<NamesFile> {
  let names = noNames;
  let readVersion = '';

  /** @returns whether there are new names */
  const check = async (path: string): Promise<boolean> => {
    // Before it is read: what changes from here on is another version, and read the next time.
    const version = await versionOf(path);
    if (version === readVersion) return false;
    readVersion = version;
    const read = await readNames(path);
    if ('problem' in read) {
      const { problem, line, column } = read;
      log.warn({ file: path, line, column, problem }, 'names.unreadable');
      return false;
    }
    names = read;
    log.info({ file: path, queues: names.queues.size, agents: names.agents.size }, 'names.read');
    return true;
  };

  if (file !== undefined) await check(file);
  return {
    current: () => names,
    follow: (onChanged) => {
      const stopping = new AbortController();
      const { signal } = stopping;
      const checkRegularly = async (path: string): Promise<void> => {
        for (;;) {
          await sleep(checkEveryMs, signal);
          const isNew = !signal.aborted && (await check(path));
          if (signal.aborted) return;
          if (isNew) onChanged();
        }
      };
      if (file !== undefined) void checkRegularly(file);
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

async function readNames(file: string): Promise<NameMaps | NamesProblem> {
  try {
    // Opening a pipe would wait for its writer.
    if (!(await stat(file)).isFile()) return problemOfFile('this is not a file: name one in NAMES_FILE');
    const chunks = (await createReadStream(file, { end: fileBytesMax }).toArray()) as Buffer[];
    const bytes = Buffer.concat(chunks);
    if (bytes.length > fileBytesMax)
      return problemOfFile(`the file has more than ${fileBytesMax / 1024} KiB: remove names`);
    return parseNames(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    return problemOfFile(remedies[codeOf(error)] ?? errorText(error));
  }
}

const problemOfFile = (problem: string): NamesProblem => ({ problem, line: 1, column: 1 });

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown';

const remedies: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file: create it, or unset NAMES_FILE',
  EACCES: 'the gateway may not read the file: give it the right to',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'the file is not UTF-8: save it as UTF-8',
};
