import { spawn } from 'node:child_process';
import { closeSync, openSync, renameSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { privateFileMode, withPrivateUmask } from '@callstream/files';
import { removePidFile, killProcessGroup, writePidFile } from './pid-file.ts';
import { until } from './until.ts';

export interface ServerProcess extends AsyncDisposable {
  readonly pid: number;
  /** Resolves when the process has exited, with its exit code or signal. Never rejects. */
  readonly exited: Promise<string>;
}

export interface ServerCommand {
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
}

/** At a start, a log larger than this is renamed to `<log>.1`; in bytes. */
const logBytesMax = 10_000_000;

/**
 * Starts a server in its own process group: a Ctrl-C in the terminal reaches only this process, which then stops its servers in
 * order. The server survives if this process is killed; then {@link stopOrphan} stops it. Only its user may read its files.
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
  let hasExited = false;
  const exited = new Promise<string>((resolve) => {
    const end = (reason: string) => {
      hasExited = true;
      removePidFile(dataDir);
      resolve(reason);
    };
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, signal) => end(signal === null ? `exit code ${String(code)}` : `signal ${signal}`));
  });
  if (pid === undefined) throw new Error(`${name} cannot be started: ${await exited}`);

  const stop = async () => {
    if (hasExited) return;
    child.kill(stopSignal);
    await until(() => hasExited, { timeoutMs: stopTimeoutMs, onTimeout: () => new Error(name) }).catch(() =>
      killProcessGroup(pid),
    );
    await exited;
  };
  return { pid, exited, [Symbol.asyncDispose]: stop };
}

/**
 * Polls `isReady` until it is true. Stops the server if it exits or is not ready after `timeoutMs`.
 * @throws {Error} with the end of the server's log
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
  let exitReason: string | undefined;
  void server.exited.then((reason) => (exitReason = reason));
  try {
    await until(
      () => {
        if (exitReason !== undefined) throw new Error(`${name} ended (${exitReason}) before it was ready.`);
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
