import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Target } from '../src/abuse/attack.ts';
import type { GoodClientOptions, Waits } from './good-client.ts';

/** A good client in a process of its own: neither the attacker nor the proof delays what it measures. */
export interface GoodClientProcess extends AsyncDisposable {
  /** What was measured since the last call. @throws {Error} if a measurement failed */
  readonly takeWaits: () => Promise<Waits>;
  readonly pid: number | undefined;
  /** Of the server that does nothing. */
  readonly controlPid: number | undefined;
}

export async function startGoodClient(target: Target): Promise<GoodClientProcess> {
  await using cleanup = new AsyncDisposableStack();
  const control = cleanup.adopt(forkOf('control-server.ts'), end);
  const port = await nextMessage<number>(control);
  const options: GoodClientOptions = { target, controlUrl: `http://127.0.0.1:${port}` };
  const client = cleanup.adopt(forkOf('good-client-process.ts', JSON.stringify(options)), end);
  await nextMessage(client);
  const started = cleanup.move();
  const take = (): Promise<Waits> => {
    const waits = nextMessage<Waits>(client);
    client.send('take');
    return waits;
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    pid: client.pid,
    controlPid: control.pid,
    // One after the other: two at once would get the same answer.
    takeWaits: () => {
      const waits = last.then(take);
      last = waits.catch(() => undefined);
      return waits;
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

const forkOf = (script: string, ...args: readonly string[]): ChildProcess =>
  fork(new URL(script, import.meta.url), args, {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { ...process.env, NODE_OPTIONS: '' },
    // A session of its own, as the services have.
    detached: true,
  });

/** @throws {Error} if the process ends before */
async function nextMessage<Message>(child: ChildProcess): Promise<Message> {
  const ended = new AbortController();
  const onExit = (code: number | null): void =>
    ended.abort(new Error(`The process of the good client ended with ${String(code)}.`));
  child.once('exit', onExit);
  try {
    const [message] = (await once(child, 'message', { signal: ended.signal })) as [Message];
    return message;
  } catch (error) {
    throw ended.signal.aborted ? ended.signal.reason : error;
  } finally {
    child.off('exit', onExit);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit') as Promise<[number | null]>;
  child.disconnect();
  const [code] = await exited;
  if (code !== 0) throw new Error(`The process of the good client ended with ${String(code)}.`);
}
