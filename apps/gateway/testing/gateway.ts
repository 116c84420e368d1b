import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from '@callstream/stack';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

const defaultEnv = {
  PATH: process.env['PATH'],
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
  GATEWAY_PORT: '0',
  GATEWAY_ADMIN_PORT: '0',
  GATEWAY_HOST: '127.0.0.1',
  ADMIN_HOST: '127.0.0.1',
};

interface StartGatewayOptions {
  /** Most files that the process may open. */
  readonly openFilesMax?: number;
}

/** Starts the gateway as a process of its own. Resolves once it listens. */
export async function startGateway(env: Record<string, string>, { openFilesMax }: StartGatewayOptions = {}) {
  const limited = ['-c', `ulimit -n ${openFilesMax} && exec "$0" "$@"`, process.execPath];
  const child = fork(main, {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    execArgv: openFilesMax === undefined ? [] : limited,
    execPath: openFilesMax === undefined ? process.execPath : '/bin/sh',
    env: { ...defaultEnv, ...env },
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const { started, logged } = followLog(child);
  const { port, admin_port } = await Promise.race([
    started,
    exited.then(([code]) => Promise.reject(new Error(`The gateway exited with code ${code}.`))),
  ]);
  const admin = `http://127.0.0.1:${admin_port}`;
  const readMetrics = async (): Promise<string> => (await fetch(`${admin}/metrics`)).text();
  const isReady = async (): Promise<boolean> => (await fetch(`${admin}/readyz`)).ok;
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> => {
    child.kill(signal);
    return (await exited)[0];
  };
  return {
    port,
    admin,
    isUp: () => child.exitCode === null,
    isReady,
    ready: () => until(isReady, { onTimeout: () => new Error('The gateway did not become ready.') }),
    /** @returns the exit code */
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    /** The value of a metric. @param name without `callstream_gateway_`, with its labels */
    metric: async (name: string): Promise<number> => {
      const lines = (await readMetrics()).split('\n');
      const line = lines.find((each) => each.startsWith(`callstream_gateway_${name} `));
      return Number(line?.split(' ').at(-1));
    },
    memoryMb: () => memoryMbOf(child, readMetrics),
    /** Whether it has logged this event. */
    hasLogged: (event: string): boolean => logged.some(({ msg }) => msg === event),
    /** The lines of the log with this event. */
    logged: (event: string): readonly LogLine[] => logged.filter(({ msg }) => msg === event),
    [Symbol.asyncDispose]: async () => {
      await end('SIGTERM');
    },
  };
}
export type TestGateway = Awaited<ReturnType<typeof startGateway>>;

type LogLine = Readonly<Record<string, unknown>>;

interface StartedEntry extends LogLine {
  readonly port: number;
  readonly admin_port: number;
}

/** The lines that it logs, and its ports once it has started. */
function followLog({ stdout }: ChildProcess): {
  readonly started: Promise<StartedEntry>;
  readonly logged: readonly LogLine[];
} {
  if (stdout === null) throw new Error('The gateway has no stdout.');
  const { promise: started, resolve } = Promise.withResolvers<StartedEntry>();
  const logged: LogLine[] = [];
  createInterface(stdout).on('line', (line) => {
    const entry = JSON.parse(line) as StartedEntry;
    logged.push(entry);
    if (entry['msg'] === 'gateway.started') resolve(entry);
  });
  return { started, logged };
}

/** Peak memory of the process, in MB; where the system does not report it, its memory now. */
async function memoryMbOf({ pid = 0 }: ChildProcess, readMetrics: () => Promise<string>): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const peakKb = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1];
  if (peakKb !== undefined) return Number(peakKb) / 1_000;
  return Number(/^process_resident_memory_bytes (\S+)/m.exec(await readMetrics())?.[1]) / 1e6;
}
