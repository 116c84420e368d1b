import { fork } from 'node:child_process';
import { once } from 'node:events';
import { within } from '@callstream/runtime';
import type { ReaderCommand, ConnectReport, ReceptionReport } from './reader-commands.ts';

const timeoutMs = 120_000;

interface ReaderReply {
  readonly id: number;
  readonly reply?: unknown;
  readonly error?: string;
}

/** Groups of reading sockets, in a process of their own. */
export interface Readers extends AsyncDisposable {
  readonly open: (group: string, to: { port: number; sockets: number; subscribe?: boolean }) => Promise<ConnectReport>;
  readonly reopen: (group: string, port: number) => Promise<ConnectReport>;
  readonly expect: (group: string, round: number, calls: number) => Promise<unknown>;
  readonly expectFrames: (group: string, round: number, frames: number) => Promise<unknown>;
  readonly complete: (group: string) => Promise<ReceptionReport>;
  readonly close: (group: string) => Promise<unknown>;
  /** CPU time of their process so far. */
  readonly cpuSeconds: () => Promise<number>;
}

export function startReaders(): Readers {
  const child = fork(new URL('reader-process.ts', import.meta.url), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const exited = once(child, 'exit');
  const pending = new Map<number, PromiseWithResolvers<unknown>>();
  child.on('message', ({ id, reply, error }: ReaderReply) => {
    if (error === undefined) pending.get(id)?.resolve(reply);
    else pending.get(id)?.reject(new Error(error));
    pending.delete(id);
  });
  let lastId = 0;
  const send = async <T>(command: ReaderCommand): Promise<T> => {
    const id = ++lastId;
    const reply = Promise.withResolvers<unknown>();
    pending.set(id, reply);
    child.send({ id, command });
    return (await within(timeoutMs, reply.promise)) as T;
  };
  const connect = async (command: ReaderCommand): Promise<ConnectReport> => {
    const connected = await send<ConnectReport>(command);
    const { lost } = connected;
    if (lost.length > 0) throw new Error(`${lost.length} sockets were lost: ${lost[0] ?? ''}`);
    return connected;
  };
  return {
    open: (group, { port, sockets, subscribe = true }) => connect({ do: 'open', group, port, sockets, subscribe }),
    reopen: (group, port) => connect({ do: 'reopen', group, port }),
    expect: (group, round, calls) => send({ do: 'expect', group, round, calls }),
    expectFrames: (group, round, frames) => send({ do: 'expect-frames', group, round, frames }),
    complete: (group) => send({ do: 'complete', group }),
    close: (group) => send({ do: 'close', group }),
    cpuSeconds: () => send({ do: 'cpu' }),
    [Symbol.asyncDispose]: async () => {
      child.disconnect();
      await exited;
    },
  };
}
