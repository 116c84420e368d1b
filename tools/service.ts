import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { privateFileMode } from '@callstream/files';
import { printable } from '@callstream/resilience';
import { nodeFlagsOf, until } from '@callstream/stack';
import { shortLogLine } from './short-log-line.ts';
import type { ServiceSpec } from './settings.ts';
import type { RunningProcess } from './supervise.ts';

const readyTimeoutDefaultMs = 60_000;
const stopTimeoutMs = 15_000;

export interface StartServiceOptions {
  env: NodeJS.ProcessEnv;
  /** An existing folder. */
  logs: string;
  print: (line: string) => void;
  /** Default: a minute. */
  readyTimeoutMs?: number;
}

/**
 * Starts a service in its own process group, and waits until it is ready. A service that answers but is not ready in time keeps
 * running: an unreadable batch must not keep webhooks from being accepted. If this process is killed, the service sees that its
 * IPC channel is closed, and stops.
 * @throws {Error} if it exits before it is ready, or does not answer
 */
export async function startService(service: ServiceSpec, options: StartServiceOptions): Promise<RunningProcess> {
  const { name, script, args, adminUrl } = service;
  const { print, readyTimeoutMs = readyTimeoutDefaultMs } = options;
  const running = launch(name, [script, ...args], options);
  let exitReason: string | undefined;
  let answer: string | undefined;
  void running.exited.then((reason) => (exitReason = reason));
  try {
    await until(
      async () => {
        if (exitReason !== undefined)
          throw new Error(`${name} ended (${exitReason}) before it was ready: see ${running.logFile}.`);
        const response = await fetch(`${adminUrl}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
        answer = await response?.text().catch(() => undefined);
        return response?.ok ?? false;
      },
      {
        timeoutMs: readyTimeoutMs,
        onTimeout: () => new Error(`${name} was not ready after ${readyTimeoutMs / 1000} s: see ${running.logFile}.`),
      },
    ).catch((error: unknown) => {
      if (exitReason !== undefined || answer === undefined) throw error;
      print(`${name} is not ready yet, and keeps trying: ${printable(answer.trim())}`);
    });
    return running;
  } catch (error) {
    await running[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Runs a command of a service to its end. On a terminal it inherits standard error, for progress bars; else its lines are
 * printed. @throws {Error} if it fails, or `signal` is aborted
 */
export async function runOnce(
  name: string,
  args: readonly string[],
  options: StartServiceOptions & { signal: AbortSignal },
): Promise<void> {
  const { signal } = options;
  signal.throwIfAborted();
  await using running = launch(name, args, { ...options, isCommand: true });
  const reason = await Promise.race([running.exited, once(signal, 'abort').then(() => 'stopped')]);
  if (reason !== 'exit code 0') throw new Error(`${name} failed (${reason}): see above, and ${running.logFile}.`);
}

function launch(
  name: string,
  args: readonly string[],
  { env, logs, print, isCommand = false }: StartServiceOptions & { isCommand?: boolean },
): RunningProcess & { logFile: string } {
  const logFile = join(logs, `${name}.log`);
  const child = spawn(process.execPath, [...nodeFlagsOf(args), ...args], {
    cwd: join(import.meta.dirname, '..'),
    env,
    detached: true,
    stdio: ['ignore', 'pipe', isCommand && process.stderr.isTTY ? 'inherit' : 'pipe', 'ipc'],
  });
  let stopping = false;
  // The result of a command is no news on each start.
  const shown = isCommand ? [child.stderr] : [child.stdout, child.stderr];
  keepLog(child, { logFile, shown, show: (line) => stopping || print(`${name}: ${line}`) });

  let hasExited = false;
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${String(code)}` : `signal ${signal}`));
  }).finally(() => (hasExited = true));

  const stop = async () => {
    if (hasExited) return;
    stopping = true;
    child.kill('SIGTERM');
    await until(() => hasExited, { timeoutMs: stopTimeoutMs, onTimeout: () => new Error(name) }).catch(() => {
      print(`${name} did not stop within ${stopTimeoutMs / 1000} s; killing it.`);
      child.kill('SIGKILL');
    });
    await exited;
  };
  return { exited, logFile, [Symbol.asyncDispose]: stop };
}

interface KeepLogOptions {
  readonly logFile: string;
  readonly shown: readonly (Readable | null)[];
  readonly show: (line: string) => void;
}

/** Writes all lines to the file, and shows those of `shown`: of a log its warnings and errors, in short. */
function keepLog(child: ChildProcess, { logFile, shown, show }: KeepLogOptions): void {
  const file = createWriteStream(logFile, { flags: 'a', mode: privateFileMode });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface(stream).on('line', (line) => {
      file.write(`${line}\n`);
      const short = shown.includes(stream) ? shortLogLine(line) : null;
      if (short !== null) show(short);
    });
  }
  child.once('close', () => file.end());
}
