import { fork } from 'node:child_process';
import { once } from 'node:events';
import { within } from '@callstream/runtime';
import type { ReaderCommand, ConnectReport, ReceptionReport } from './reader-commands.ts';

const patienceMs = 120_000;

interface ReaderReply {
  readonly id: number;
  readonly answer?: unknown;
  readonly error?: string;
}

/** Sockets in a process of their own, by groups. */
export interface Readers extends AsyncDisposable {
  readonly open: (group: string, to: { port: number; sockets: number; subscribe?: boolean }) => Promise<ConnectReport>;
  readonly reopen: (group: string, port: number) => Promise<ConnectReport>;
  readonly expect: (group: string, round: number, calls: number) => Promise<unknown>;
  readonly expectFrames: (group: string, round: number, frames: number) => Promise<unknown>;
  readonly complete: (group: string) => Promise<ReceptionReport>;
  readonly close: (group: string) => Promise<unknown>;
  /** CPU that their process has used until now. */
  readonly cpuSeconds: () => Promise<number>;
}

export function startReaders(): Readers {
  const child = fork(new URL('reader-process.ts', import.meta.url), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const exited = once(child, 'exit');
  const open = new Map<number, PromiseWithResolvers<unknown>>();
  child.on('message', ({ id, answer, error }: ReaderReply) => {
    if (error === undefined) open.get(id)?.resolve(answer);
    else open.get(id)?.reject(new Error(error));
    open.delete(id);
  });
  let lastId = 0;
  const tell = async <T>(command: ReaderCommand): Promise<T> => {
    const id = ++lastId;
    const answer = Promise.withResolvers<unknown>();
    open.set(id, answer);
    child.send({ id, command });
    return (await within(patienceMs, answer.promise)) as T;
  };
  const opened = async (command: ReaderCommand): Promise<ConnectReport> => {
    const answer = await tell<ConnectReport>(command);
    if (answer.lost.length > 0) throw new Error(`${answer.lost.length} sockets were lost: ${answer.lost[0] ?? ''}`);
    return answer;
  };
  return {
    open: (group, { port, sockets, subscribe = true }) => opened({ do: 'open', group, port, sockets, subscribe }),
    reopen: (group, port) => opened({ do: 'reopen', group, port }),
    expect: (group, round, calls) => tell({ do: 'expect', group, round, calls }),
    expectFrames: (group, round, frames) => tell({ do: 'expect-frames', group, round, frames }),
    complete: (group) => tell({ do: 'complete', group }),
    close: (group) => tell({ do: 'close', group }),
    cpuSeconds: () => tell({ do: 'cpu' }),
    [Symbol.asyncDispose]: async () => {
      child.disconnect();
      await exited;
    },
  };
}
