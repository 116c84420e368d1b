import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { privateFileMode } from '@callstream/files';
import { until } from '@callstream/stack';
import { shortLogLine } from './short-log-line.ts';
import type { ServiceSpec } from './settings.ts';
import type { RunningProcess } from './supervise.ts';

const readyTimeoutDefaultMs = 60_000;
const stopTimeoutMs = 15_000;

const nodeFlags = ['--disable-warning=ExperimentalWarning'];
/**
 * As in docker/Dockerfile. A backlog is short-lived garbage: V8 would give the projector 128 MB of young heap, and 380 MB in
 * all instead of 270, for a few percent of speed. ingest would lose a quarter of its speed.
 */
const projectorFlags = ['--max-semi-space-size=8'];
const flagsOf = ([script = '', command]: readonly string[]): string[] => [
  ...nodeFlags,
  ...(script.startsWith('apps/projector/') && command === 'run' ? projectorFlags : []),
];

export type StartServiceOptions = {
  env: NodeJS.ProcessEnv;
  /** A folder that is there. */
  logs: string;
  say: (line: string) => void;
  /** How long it is waited for, in ms; a minute if not given. */
  readyTimeoutMs?: number;
};

/**
 * Starts a service in a process group of its own, and waits until it says that it is ready. One that answers, but is not
 * ready in time, is left to go on: a batch that cannot be read must not keep webhooks from being taken. Should we be killed, it
 * notices: its IPC channel disconnects.
 * @throws {Error} if it ends before, or does not answer.
 */
export async function startService(service: ServiceSpec, options: StartServiceOptions): Promise<RunningProcess> {
  const { name, script, args, adminUrl } = service;
  const { say, readyTimeoutMs = readyTimeoutDefaultMs } = options;
  const running = launch(name, [script, ...args], options);
  let how: string | undefined;
  let said: string | undefined;
  void running.exited.then((end) => (how = end));
  try {
    await until(
      async () => {
        if (how !== undefined) throw new Error(`${name} ended (${how}) before it was ready: see ${running.logFile}.`);
        const answer = await fetch(`${adminUrl}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
        said = await answer?.text().catch(() => undefined);
        return answer?.ok ?? false;
      },
      {
        timeoutMs: readyTimeoutMs,
        onTimeout: () => new Error(`${name} was not ready after ${readyTimeoutMs / 1000} s: see ${running.logFile}.`),
      },
    ).catch((error: unknown) => {
      if (how !== undefined || said === undefined) throw error;
      say(`${name} is not ready, and goes on trying: ${said.trim()}`);
    });
    return running;
  } catch (error) {
    await running[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Runs a command of a service to its end. On a terminal its standard error is that terminal, for progress bars; else its
 * lines are said. @throws {Error} if it fails, or is stopped because `signal` is aborted.
 */
export async function runOnce(
  name: string,
  args: readonly string[],
  options: StartServiceOptions & { signal: AbortSignal },
): Promise<void> {
  const { signal } = options;
  signal.throwIfAborted();
  await using running = launch(name, args, { ...options, errors: process.stderr.isTTY ? 'inherit' : 'pipe' });
  const how = await Promise.race([running.exited, once(signal, 'abort').then(() => 'stopped')]);
  if (how !== 'exit code 0') throw new Error(`${name} failed (${how}): see above, and ${running.logFile}.`);
}

function launch(
  name: string,
  args: readonly string[],
  { env, logs, say, errors = 'pipe' }: StartServiceOptions & { errors?: 'pipe' | 'inherit' },
): RunningProcess & { logFile: string } {
  const logFile = join(logs, `${name}.log`);
  const child = spawn(process.execPath, [...flagsOf(args), ...args], {
    cwd: join(import.meta.dirname, '..'),
    env,
    detached: true,
    stdio: ['ignore', 'pipe', errors, 'ipc'],
  });
  let stopping = false;
  keepLog(child, { logFile, show: (line) => stopping || say(`${name}: ${line}`) });

  let ended = false;
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${String(code)}` : `signal ${signal}`));
  }).finally(() => (ended = true));

  const stop = async () => {
    if (ended) return;
    stopping = true;
    child.kill('SIGTERM');
    await until(() => ended, { timeoutMs: stopTimeoutMs, onTimeout: () => new Error(name) }).catch(() => {
      say(`${name} does not stop by itself; ending it.`);
      child.kill('SIGKILL');
    });
    await exited;
  };
  return { exited, logFile, [Symbol.asyncDispose]: stop };
}

/** Everything goes to the file; what is a warning or worse is shown as well, in short. */
function keepLog(child: ChildProcess, { logFile, show }: { logFile: string; show: (line: string) => void }): void {
  const file = createWriteStream(logFile, { flags: 'a', mode: privateFileMode });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface(stream).on('line', (line) => {
      file.write(`${line}\n`);
      const short = shortLogLine(line);
      if (short !== null) show(short);
    });
  }
  child.once('close', () => file.end());
}
