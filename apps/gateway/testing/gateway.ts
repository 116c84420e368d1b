import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import { ServerMessage } from '@callstream/contracts';
import { until } from '@callstream/stack';
import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** The gateway as a process of its own, once it listens. */
export async function startGateway(env: Record<string, string>) {
  const child = fork(main, {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    execArgv: [],
    env: {
      PATH: process.env['PATH'],
      GATEWAY_PORT: '0',
      GATEWAY_ADMIN_PORT: '0',
      GATEWAY_HOST: '127.0.0.1',
      ADMIN_HOST: '127.0.0.1',
      ...env,
    },
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const { promise, resolve } = Promise.withResolvers<{ port: number; admin_port: number }>();
  if (child.stdout === null) throw new Error('The gateway has no output.');
  createInterface(child.stdout).on('line', (line) => {
    const entry = JSON.parse(line) as { msg: string; port: number; admin_port: number };
    if (entry.msg === 'gateway.started') resolve(entry);
  });
  const { port, admin_port } = await Promise.race([
    promise,
    exited.then(([code]) => Promise.reject(new Error(`The gateway ended with ${code}.`))),
  ]);
  const admin = `http://127.0.0.1:${admin_port}`;
  const isReady = async (): Promise<boolean> => (await fetch(`${admin}/readyz`)).ok;
  const stop = async (): Promise<number | null> => {
    child.kill('SIGTERM');
    return (await exited)[0];
  };
  return {
    port,
    admin,
    stop,
    /** `kill -9`. */
    kill: async (): Promise<void> => {
      child.kill('SIGKILL');
      await exited;
    },
    isReady,
    ready: () =>
      until(isReady, { timeoutMs: 30_000, onTimeout: () => new Error('The gateway does not become ready.') }),
    /** A metric, by its name without `callstream_gateway_` and with its labels. */
    metric: async (name: string): Promise<number> => {
      const lines = (await (await fetch(`${admin}/metrics`)).text()).split('\n');
      return Number(
        lines
          .find((line) => line.startsWith(`callstream_gateway_${name} `))
          ?.split(' ')
          .at(-1),
      );
    },
    isUp: () => child.exitCode === null,
    /** The most memory that it has had, in MB; where the system does not tell, what it has now. */
    memoryMb: async (): Promise<number> => {
      const status = await readFile(`/proc/${child.pid ?? 0}/status`, 'utf8').catch(() => '');
      const peakKb = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1];
      if (peakKb !== undefined) return Number(peakKb) / 1_000;
      const text = await (await fetch(`${admin}/metrics`)).text();
      return Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1]) / 1e6;
    },
    [Symbol.asyncDispose]: async () => {
      await stop();
    },
  };
}

export interface TestClient extends Disposable {
  readonly socket: WebSocket;
  /** Every frame so far; each has been checked against the schema. */
  readonly frames: ServerMessage[];
  readonly send: (message: unknown) => void;
  /** The first frame that is not yet taken and fits. */
  readonly next: (fits: (message: ServerMessage) => boolean) => Promise<ServerMessage>;
  readonly closed: Promise<number>;
}

/** A client that checks every frame against the protocol. */
export async function connect(
  port: number,
  path = '/',
  { protocols = [], ...options }: ClientOptions & { readonly protocols?: string[] } = {},
): Promise<TestClient> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, options);
  const frames: ServerMessage[] = [];
  const taken = new Set<ServerMessage>();
  socket.on('message', (data: Buffer) => frames.push(ServerMessage.parse(JSON.parse(data.toString()))));
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await once(socket, 'open');
  return {
    socket,
    frames,
    closed,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    next: async (fits) => {
      const found = await until(() => frames.find((frame) => !taken.has(frame) && fits(frame)), {
        timeoutMs: 20_000,
        everyMs: 5,
        onTimeout: () => new Error(`No such frame; there were: ${frames.map(({ event }) => event).join(', ')}`),
      });
      taken.add(found);
      return found;
    },
    [Symbol.dispose]: () => socket.terminate(),
  };
}
