import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueueLogConfig } from '../config.ts';

type FolderConfig = Pick<QueueLogConfig, 'DATA_DIR' | 'ASTERISK_NAME'>;

/** Folder of what is known of the files of one PBX. Not that of the buffer, which a running connector locks. */
export const queueLogFolder = ({ DATA_DIR, ASTERISK_NAME: name }: FolderConfig): string =>
  join(DATA_DIR, name === undefined ? 'asterisk-queue-log' : `asterisk-queue-log-${name}`);

const liveSinceFile = (config: FolderConfig): string => join(queueLogFolder(config), 'live-since');

/** Notes when the first live event of the PBX came; later calls change nothing. An import ends there. */
export function markLiveSince(config: FolderConfig, now = Date.now()): void {
  mkdirSync(queueLogFolder(config), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(liveSinceFile(config), new Date(now).toISOString(), { flag: 'wx', mode: 0o600, flush: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** In ms since 1970; null if no connector has run with this folder. */
export function readLiveSince(config: FolderConfig): number | null {
  try {
    const at = Date.parse(readFileSync(liveSinceFile(config), 'utf8'));
    return Number.isNaN(at) ? null : at;
  } catch {
    return null;
  }
}
