import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { nodeFlagsOf, until } from '@callstream/stack';

const root = join(import.meta.dirname, '../../../..');
const readyTimeoutMs = 60_000;
const stopTimeoutMs = 20_000;
/** Last log lines of a process, which go into the error message when it fails. */
const tailLinesMax = 50;

export interface ProcessOptions {
  readonly name: string;
  /** A TypeScript file of this repository, and its arguments. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Largest file that it may write, in bytes; writes beyond it fail as on a full disk. Default: no limit. */
  readonly fileBytesMax?: number;
  /** Gets each line of its output. */
  readonly onLine?: (line: string) => void;
  /** User that it runs as; default: the user of this process. Needs root. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /**
   * Default: the session of this process. Linux may share the cores among sessions (`sched_autogroup_enabled`), of which each
   * process of Postgres has one: all of callstream in one session then gets less than in containers, or as services of systemd.
   */
  readonly session?: 'own' | 'own, of the lowest priority' | undefined;
}

/** A service, or a command, in a process of its own. */
export interface ServiceProcess extends AsyncDisposable {
  readonly name: string;
  /** undefined if it could not be started. */
  readonly pid: number | undefined;
  /** Resolves at its end with the exit code; null if a signal ended it. */
  readonly exited: Promise<number | null>;
  readonly hasEnded: () => boolean;
  /** The last lines of its output, for error messages: a busy service prints more between two looks. */
  readonly tail: () => string;
  /** Whether one of all lines of its output so far includes this text. */
  readonly hasPrinted: (text: string) => boolean;
  /** SIGTERM; resolves when it has ended. @throws {Error} with its output, if it takes longer than 20 s */
  readonly stop: () => Promise<void>;
  /** `kill -9`; resolves when it has ended. */
  readonly kill: () => Promise<void>;
  /** SIGSTOP: it hangs, and its connections stay open. */
  readonly freeze: () => void;
  /** SIGCONT. */
  readonly thaw: () => void;
  /** SIGHUP. */
  readonly hangUp: () => void;
  /** Sends a message over its IPC channel. */
  readonly sendMessage: (message: object) => void;
}

/** Starts a process. The IPC channel ends it if this process is killed. */
export function launch({ name, args, env, fileBytesMax, onLine, user, session }: ProcessOptions): ServiceProcess {
  const command = [process.execPath, ...nodeFlagsOf(args), ...args];
  // `ulimit -f` counts blocks of 1,024 bytes.
  const limit = `ulimit -f ${Math.ceil((fileBytesMax ?? 0) / 1_024)} && exec "$0" "$@"`;
  const [file = '', ...rest] = fileBytesMax === undefined ? command : ['bash', '-c', limit, ...command];
  const child = spawn(file, rest, {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    ...user,
    detached: session !== undefined,
  });
  if (session === 'own, of the lowest priority' && child.pid !== undefined) lowerPriority(child.pid);
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface(stream).on('line', (line) => {
      lines.push(line);
      onLine?.(line);
    });
  }
  const tail = (): string => lines.slice(-tailLinesMax).join('\n');
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
      throw new Error(`${name} did not stop within ${stopTimeoutMs} ms of SIGTERM.\n${tail()}`);
    });
  };
  return {
    name,
    pid: child.pid,
    exited,
    hasEnded,
    stop,
    kill,
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    hangUp: () => void child.kill('SIGHUP'),
    sendMessage: (message) => void child.send(message),
    tail,
    hasPrinted: (text) => lines.some((line) => line.includes(text)),
    [Symbol.asyncDispose]: stop,
  };
}

/** Of a process, and of its session where Linux schedules sessions. */
function lowerPriority(pid: number): void {
  setPriority(pid, constants.priority.PRIORITY_LOW);
  try {
    writeFileSync(`/proc/${pid}/autogroup`, String(constants.priority.PRIORITY_LOW));
  } catch {
    // It does not.
  }
}

/** Starts a service; resolves when it has logged its start and is ready. @throws {Error} with its output, if it ends or takes too long */
export async function startService(options: ProcessOptions, adminPort: number): Promise<ServiceProcess> {
  const service = launch(options);
  const isReady = async (): Promise<boolean> => {
    if (service.hasEnded())
      throw new Error(`${options.name} ended before it was ready.\n${service.tail()}${usesOfPort(service.tail())}`);
    if (!service.hasPrinted(`"${options.name}.started"`)) return false;
    const response = await fetch(`http://127.0.0.1:${adminPort}/readyz`).catch(() => undefined);
    await response?.body?.cancel();
    return response?.ok ?? false;
  };
  try {
    const onTimeout = (): Error => new Error(`${options.name} is not ready.\n${service.tail()}`);
    await until(isReady, { timeoutMs: readyTimeoutMs, onTimeout });
    return service;
  } catch (error) {
    if (!service.hasEnded()) await service.kill();
    throw error;
  }
}

/** If the output says that a port is in use: the lines of Linux about the connections that use it, which say since when and how. */
function usesOfPort(output: string): string {
  const [, port] = /EADDRINUSE: .*:(\d+)/.exec(output) ?? [];
  if (port === undefined || !existsSync('/proc/net/tcp')) return '';
  const local = `:${Number(port).toString(16).toUpperCase().padStart(4, '0')} `;
  const lines = ['tcp', 'tcp6'].flatMap((kind) => readFileSync(`/proc/net/${kind}`, 'utf8').split('\n'));
  return `\nNow it is used by: ${lines.filter((line) => line.slice(0, 45).includes(local)).join('\n') || 'none'}`;
}

/** Waits for the end of a command. @returns the last lines of its output @throws {Error} with them, if it fails */
export async function outputOf(command: ServiceProcess): Promise<string> {
  const code = await command.exited;
  if (code !== 0) throw new Error(`${command.name} ended with ${String(code)}.\n${command.tail()}`);
  return command.tail();
}

/** Runs a command to its end: see {@link outputOf}. */
export const runOnce = (options: ProcessOptions): Promise<string> => outputOf(launch(options));

export interface CommandExit {
  /** 0, or the `code` of the error of `execFile`. */
  readonly code: unknown;
  readonly out: string;
  readonly err: string;
}

/** Runs a command to its end as a program does: standard output and standard error apart, and a failure is no exception. */
export const execCommand = ({ args, env }: Pick<ProcessOptions, 'args' | 'env'>): Promise<CommandExit> =>
  new Promise((resolve) => {
    const options = { cwd: root, env: { ...process.env, NODE_OPTIONS: '', ...env } };
    execFile(process.execPath, [...nodeFlagsOf(args), ...args], options, (error, out, err) =>
      resolve({ code: error === null ? 0 : error.code, out, err }),
    );
  });
