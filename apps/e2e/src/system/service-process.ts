import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { until } from '@callstream/stack';

const root = join(import.meta.dirname, '../../../..');
const readyTimeoutMs = 60_000;
const stopTimeoutMs = 20_000;
/** Last lines of its log that are kept to be shown when it fails. */
const linesKept = 50;

/** As `npm start` and compose run them; commands like `rebuild` have more room than the service. */
const flagsOf = ([script = '', command = 'run']: readonly string[]): string[] => [
  '--disable-warning=ExperimentalWarning',
  ...(script.startsWith('apps/projector/') && command === 'run' ? ['--max-semi-space-size=8'] : []),
];

export interface ProcessOptions {
  readonly name: string;
  /** A TypeScript file of this repository, and its arguments. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Largest file that it may write, in bytes: what is more fails as on a full disk. No limit if not given. */
  readonly fileBytesMax?: number;
  /** Whom it runs as; like this process if not given. Only root may choose. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** A service as a process of its own. */
export interface ServiceProcess extends AsyncDisposable {
  readonly name: string;
  /** Resolves, once it has ended, with its exit code, or null if a signal ended it. */
  readonly exited: Promise<number | null>;
  readonly hasEnded: () => boolean;
  /** Its last lines of log. */
  readonly tail: () => string;
  /** SIGTERM; resolves when it is gone. @throws {Error} with its log if that takes too long */
  readonly stop: () => Promise<void>;
  /** `kill -9`; resolves when it is gone. */
  readonly kill: () => Promise<void>;
  /** SIGSTOP: it does nothing any more, and nobody is told. */
  readonly freeze: () => void;
  /** SIGCONT. */
  readonly thaw: () => void;
  /** Sends a message over its IPC channel. */
  readonly tell: (message: object) => void;
}

/** Starts a process. It has an IPC channel, so that it ends itself should we be killed. */
export function launch({ name, args, env, fileBytesMax, user }: ProcessOptions): ServiceProcess {
  const command = [process.execPath, ...flagsOf(args), ...args];
  // In blocks of 1,024 bytes.
  const limit = `ulimit -f ${Math.ceil((fileBytesMax ?? 0) / 1_024)} && exec "$0" "$@"`;
  const [file = '', ...rest] = fileBytesMax === undefined ? command : ['bash', '-c', limit, ...command];
  const child = spawn(file, rest, {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    ...user,
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface(stream).on('line', (line) => {
      lines.push(line);
      if (lines.length > linesKept) lines.shift();
    });
  }
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  const stop = async (): Promise<void> => {
    if (hasEnded()) return;
    child.kill('SIGTERM');
    await until(hasEnded, { timeoutMs: stopTimeoutMs, onTimeout: () => new Error(name) }).catch(async () => {
      await kill();
      throw new Error(`${name} did not stop within ${stopTimeoutMs} ms of SIGTERM.\n${lines.join('\n')}`);
    });
  };
  return {
    ...{ name, exited, hasEnded, stop, kill },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    tell: (message) => void child.send(message),
    tail: () => lines.join('\n'),
    [Symbol.asyncDispose]: stop,
  };
}

/** Starts a service and waits until it has said so and is ready. @throws {Error} with its log if it ends or takes too long */
export async function startService(options: ProcessOptions, adminPort: number): Promise<ServiceProcess> {
  const service = launch(options);
  const ready = async (): Promise<boolean> => {
    if (service.hasEnded()) throw new Error(`${options.name} ended before it was ready.\n${service.tail()}`);
    if (!service.tail().includes(`"${options.name}.started"`)) return false;
    const answer = await fetch(`http://127.0.0.1:${adminPort}/readyz`).catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.ok ?? false;
  };
  try {
    const onTimeout = (): Error => new Error(`${options.name} is not ready.\n${service.tail()}`);
    await until(ready, { timeoutMs: readyTimeoutMs, onTimeout });
    return service;
  } catch (error) {
    if (!service.hasEnded()) await service.kill();
    throw error;
  }
}

/** Runs a command to its end. @throws {Error} with its log if it fails */
export async function runOnce(options: ProcessOptions): Promise<void> {
  const command = launch(options);
  const code = await command.exited;
  if (code !== 0) throw new Error(`${options.name} ended with ${String(code)}.\n${command.tail()}`);
}
