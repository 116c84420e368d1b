import { spawnSync } from 'node:child_process';
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Paths of everything below `folder`. */
export const pathsBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name)));

/** Paths below `folder` whose mode is not 0700 (folders) or 0600 (files), each with its mode. `folder` itself is not checked. */
export const nonPrivateModes = (folder: string): string[] =>
  pathsBelow(folder).flatMap((path) => {
    // A running server may have removed the file meanwhile.
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (!stat) return [];
    const mode = stat.mode & 0o777;
    return mode === (stat.isDirectory() ? 0o700 : 0o600) ? [] : [`${path} ${mode.toString(8)}`];
  });

/** Only root can become another user; Windows has no `nobody`. */
export const canBecomeNobody = process.getuid?.() === 0;

export const nobody = { uid: 65_534, gid: 65_534 };

/** Which of these files and folders the user `nobody` can read. */
export const readableByNobody = (paths: readonly string[]): string[] =>
  spawnSync('sh', ['-c', 'for path; do test -r "$path" && echo "$path"; done', 'sh', ...paths], { ...nobody, cwd: '/' })
    .stdout.toString()
    .split('\n')
    .filter(Boolean);
