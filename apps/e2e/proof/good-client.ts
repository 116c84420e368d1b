import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeadlineExceeded, within } from '@callstream/runtime';
import { WebSocket } from 'ws';
import { eventText, openHttpClient } from '../src/abuse/attack.ts';
import type { Target } from '../src/abuse/attack.ts';

/**
 * Time between two measurements of a kind, in ms. They begin whether the ones before have ended or not: a stall counts with its
 * length. Each begins at a random moment of its interval, so that they meet neither each other nor the timers of the services.
 */
const everyMs = 50;
/** A measurement that takes longer has failed, in ms. */
const timeoutMs = 30_000;
/** Requests of a kind at the same time: a stall of five seconds fits. */
const connections = 100;

/** What a good client waited for, in ms. */
export interface Waits {
  readonly webhookMs: readonly number[];
  readonly boardMs: readonly number[];
  readonly apiMs: readonly number[];
  /** For the answer of a server that does nothing: what the machine alone costs. */
  readonly controlMs: readonly number[];
}

export interface GoodClientOptions {
  readonly target: Target;
  /** Of a server that answers at once. */
  readonly controlUrl: string;
}

/** Measures what a dashboard and a provider that behave wait for. */
interface GoodClient extends AsyncDisposable {
  /** What was measured since the last call. */
  readonly takeWaits: () => Waits;
}

/** A webhook is measured until its answer, and until its call is on the board. */
export async function openGoodClient({ target, controlUrl }: GoodClientOptions): Promise<GoodClient> {
  const { webhookUrl, socketUrl, gatewayUrl } = target;
  const stopping = new AbortController();
  await using cleanup = new AsyncDisposableStack();
  const http = cleanup.use(openHttpClient(gatewayUrl, { connections }));
  const provider = cleanup.use(openHttpClient(webhookUrl, { connections }));
  const control = cleanup.use(openHttpClient(controlUrl, { connections }));
  const socket = new WebSocket(socketUrl);
  cleanup.defer(() => socket.terminate());
  await once(socket, 'open');
  socket.send('{"event":"Subscribe","data":{"queues":["good"]}}');
  const shown = new Map<string, () => void>();
  const subscribed = Promise.withResolvers<undefined>();
  socket.on('message', (data: Buffer) => {
    const { event, data: content } = JSON.parse(data.toString()) as {
      event: string;
      data: { calls?: { call_id: string }[] };
    };
    if (event === 'Snapshot') subscribed.resolve(undefined);
    if (event === 'CallsChanged') for (const { call_id } of content.calls ?? []) shown.get(call_id)?.();
  });
  // A call before it would be in the snapshot.
  await inTime('The snapshot', subscribed.promise);

  const measured: Record<keyof Waits, number[]> = { webhookMs: [], boardMs: [], apiMs: [], controlMs: [] };
  let calls = 0;
  const postEvent = async (type: string, call_id: string): Promise<void> => {
    const body = eventText({ type, call_id, queue: 'good' });
    const { status } = await provider.post(new URL(webhookUrl).pathname, body);
    if (status !== 200) throw new Error(`A good webhook was answered with ${status}.`);
  };
  const measureWebhook = async (): Promise<void> => {
    const call_id = `good-${++calls}`;
    const began = performance.now();
    const isShown = new Promise<void>((resolve) => shown.set(call_id, resolve));
    await inTime('A webhook', postEvent('call.waiting', call_id));
    measured.webhookMs.push(performance.now() - began);
    await inTime('A call on the board', isShown);
    measured.boardMs.push(performance.now() - began);
    shown.delete(call_id);
    await postEvent('call.finished', call_id);
  };
  const measureRequest = async (kind: 'apiMs' | 'controlMs', request: () => Promise<{ status: number }>) => {
    const began = performance.now();
    const { status } = await inTime('A request', request());
    if (status !== 200) throw new Error(`A good request was answered with ${status}.`);
    measured[kind].push(performance.now() - began);
  };
  const running = Promise.all(
    [
      measureWebhook,
      () => measureRequest('apiMs', () => http.get('/api/queues')),
      () => measureRequest('controlMs', () => control.get('/')),
    ].map((measure) => repeat(measure, stopping.signal)),
  );
  const opened = cleanup.move();
  return {
    takeWaits: () => ({
      webhookMs: measured.webhookMs.splice(0),
      boardMs: measured.boardMs.splice(0),
      apiMs: measured.apiMs.splice(0),
      controlMs: measured.controlMs.splice(0),
    }),
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      try {
        await running;
      } finally {
        await opened.disposeAsync();
      }
    },
  };
}

const inTime = <T>(what: string, work: Promise<T>): Promise<T> =>
  within(timeoutMs, work).catch((error: unknown) => {
    throw error instanceof DeadlineExceeded ? new Error(`${what} took over ${timeoutMs} ms.`, { cause: error }) : error;
  });

/** Begins a measurement every {@link everyMs} until the signal; resolves when all have ended. @throws {Error} the first failure */
async function repeat(measure: () => Promise<void>, signal: AbortSignal): Promise<void> {
  const running = new Set<Promise<void>>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  const began = performance.now();
  for (let i = 1; !signal.aborted; i++) {
    const measurement: Promise<void> = measure()
      .catch((error: unknown) => failed.reject(error))
      .finally(() => running.delete(measurement));
    running.add(measurement);
    // By the clock: a timer that is late must not make fewer measurements.
    const nextAt = began + (i + Math.random()) * everyMs;
    await Promise.race([sleep(Math.max(0, nextAt - performance.now())), failed.promise]);
  }
  await Promise.race([Promise.all(running), failed.promise]);
}
