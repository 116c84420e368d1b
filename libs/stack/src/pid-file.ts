import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { privateFileMode } from '@callstream/files';
import { commandOf } from './process-identity.ts';
import { until } from './until.ts';

interface PidFile {
  pid: number;
  owner: { pid: number; command: string };
}

const fileOf = (dataDir: string) => join(dataDir, 'server.pid');

/** Records in `dataDir` that `pid` serves it and that this process started it. */
export function writePidFile(dataDir: string, pid: number): void {
  const recorded: PidFile = { pid, owner: { pid: process.pid, command: commandOf(process.pid) ?? '' } };
  writeFileSync(fileOf(dataDir), JSON.stringify(recorded), { mode: privateFileMode });
}

export function removePidFile(dataDir: string): void {
  rmSync(fileOf(dataDir), { force: true });
}

function readPidFile(dataDir: string): PidFile | null {
  try {
    return JSON.parse(readFileSync(fileOf(dataDir), 'utf8')) as PidFile;
  } catch {
    return null; // never started, or a crash left an incomplete file
  }
}

/**
 * Stops the orphaned server that a killed parent left on `dataDir`. Pids are reused: the process is stopped only if its command
 * line has `marker`, which only a server of this folder has.
 * @throws {Error} if the process that started that server still runs
 */
export async function stopOrphan(
  dataDir: string,
  { marker, signal, timeoutMs }: { marker: string; signal: NodeJS.Signals; timeoutMs: number },
): Promise<void> {
  const recorded = readPidFile(dataDir);
  if (recorded === null) return;
  const { pid, owner } = recorded;
  const runs = () => commandOf(pid)?.includes(marker) ?? false;
  if (runs()) {
    if (commandOf(owner.pid) === owner.command) {
      throw new Error(
        `${dataDir} is in use: process ${owner.pid} runs a server on it (process ${pid}). Stop it first.`,
      );
    }
    process.kill(pid, signal);
    await until(() => !runs(), { timeoutMs, onTimeout: () => new Error('') }).catch(() => killProcessGroup(pid));
    await until(() => !runs(), {
      timeoutMs: 5_000,
      onTimeout: () => new Error(`Process ${pid}, an orphaned server on ${dataDir}, does not stop: kill it.`),
    });
  }
  removePidFile(dataDir);
}

/** Kills a server and all its child processes. */
export function killProcessGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // it has exited already
  }
}
