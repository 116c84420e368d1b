import { spawn } from 'node:child_process';
import { closeSync, openSync, renameSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { privateFileMode, withPrivateUmask } from '@callstream/files';
import { removePidFile, killProcessGroup, writePidFile } from './pid-file.ts';
import { until } from './until.ts';

export type ServerProcess = AsyncDisposable & {
  readonly pid: number;
  /** Resolves when the process has ended, by itself or stopped, with how it ended. Never rejects. */
  readonly exited: Promise<string>;
};

export type ServerCommand = {
  name: string;
  command: string;
  args: readonly string[];
  dataDir: string;
  logFile: string;
  stopSignal: NodeJS.Signals;
  stopTimeoutMs: number;
  uid?: number;
  gid?: number;
  env?: NodeJS.ProcessEnv;
};

/** At a start, a log longer than this becomes `<log>.1`, in bytes. */
const logBytesMax = 10_000_000;

/**
 * Starts a server in a process group of its own: a Ctrl-C in the terminal reaches our own process only, which then
 * stops its servers in order. It outlives a killed parent; `stopLeftover` is for that. What it makes is its user's alone.
 */
export async function startServer(options: ServerCommand): Promise<ServerProcess> {
  const { name, command, args, dataDir, logFile, stopSignal, stopTimeoutMs } = options;
  const log = openLog(logFile);
  const child = withPrivateUmask(() =>
    spawn(command, [...args], {
      cwd: dataDir,
      detached: true,
      stdio: ['ignore', log, log],
      ...(options.env && { env: options.env }),
      ...(options.uid !== undefined && { uid: options.uid }),
      ...(options.gid !== undefined && { gid: options.gid }),
    }),
  );
  closeSync(log);
  const { pid } = child;
  if (pid !== undefined) writePidFile(dataDir, pid);
  let ended = false;
  const exited = new Promise<string>((resolve) => {
    const end = (how: string) => {
      ended = true;
      removePidFile(dataDir);
      resolve(how);
    };
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, signal) => end(signal === null ? `exit code ${String(code)}` : `signal ${signal}`));
  });
  if (pid === undefined) throw new Error(`${name} cannot be started: ${await exited}`);

  const stop = async () => {
    if (ended) return;
    child.kill(stopSignal);
    await until(() => ended, { timeoutMs: stopTimeoutMs, onTimeout: () => new Error(name) }).catch(() =>
      killProcessGroup(pid),
    );
    await exited;
  };
  return { pid, exited, [Symbol.asyncDispose]: stop };
}

/**
 * Asks `isReady` until it says so. Stops the server if it ends or takes longer than `timeoutMs`.
 * @throws {Error} with the end of the server's log.
 */
export async function whenReady(
  server: ServerProcess,
  {
    name,
    logFile,
    timeoutMs,
    isReady,
  }: { name: string; logFile: string; timeoutMs: number; isReady: () => Promise<boolean> },
): Promise<void> {
  let how: string | undefined;
  void server.exited.then((end) => (how = end));
  try {
    await until(
      () => {
        if (how !== undefined) throw new Error(`${name} ended (${how}) before it was ready.`);
        return isReady();
      },
      { timeoutMs, onTimeout: () => new Error(`${name} was not ready after ${timeoutMs / 1000} s.`) },
    );
  } catch (error) {
    await server[Symbol.asyncDispose]();
    const tail = await tailOf(logFile);
    throw new Error(`${(error as Error).message} The end of ${logFile}:\n${tail}`, { cause: error });
  }
}

async function tailOf(logFile: string, lines = 12): Promise<string> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-lines).join('\n') || '(empty)';
}

function openLog(logFile: string): number {
  if ((statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > logBytesMax) renameSync(logFile, `${logFile}.1`);
  return openSync(logFile, 'a', privateFileMode);
}
