import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * The command line of a running process, its arguments joined by spaces; null if there is no such process, or it is a zombie.
 * Compare it to see whether a recorded pid still is the same process: pids are reused.
 */
export function commandOf(pid: number): string | null {
  try {
    if (process.platform === 'linux') {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() || null;
    }
    const ps = execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return ps.toString().trim() || null;
  } catch {
    return null;
  }
}
