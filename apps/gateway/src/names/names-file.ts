import { followFile } from '@callstream/runtime';
import type { Log } from '@callstream/runtime';
import { noNames } from './name-maps.ts';
import type { NameMaps } from './name-maps.ts';
import { parseNames } from './parse-names.ts';

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
  if (file === undefined) return { current: () => names, follow: () => ({ [Symbol.dispose]: () => undefined }) };
  const followed = followFile({ file, setting: 'NAMES_FILE', checkEveryMs });

  /** @returns whether there are new names */
  const check = async (): Promise<boolean> => {
    const text = await followed.readIfChanged();
    if (text === undefined) return false;
    const read = typeof text === 'string' ? parseNames(text) : { ...text, line: 1, column: 1 };
    if ('problem' in read) {
      const { problem, line, column } = read;
      log.warn({ file, line, column, problem }, 'names.unreadable');
      return false;
    }
    names = read;
    log.info({ file, queues: names.queues.size, agents: names.agents.size }, 'names.read');
    return true;
  };

  await check();
  return {
    current: () => names,
    follow: (onChanged) =>
      followed.follow(async (signal) => {
        const isNew = await check();
        if (isNew && !signal.aborted) onChanged();
      }),
  };
}
