import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeadlineExceeded, within } from '@callstream/runtime';
import { WebSocket } from 'ws';
import { eventText, openHttpClient } from '../src/abuse/attack.ts';
import type { Target } from '../src/abuse/attack.ts';

/** Time between two measurements of each kind, in ms. */
const everyMs = 50;
/** A measurement that takes longer has failed, in ms. */
const timeoutMs = 30_000;

/** What a good client waited for, in ms. */
export interface Waits {
  readonly webhookMs: readonly number[];
  readonly boardMs: readonly number[];
  readonly apiMs: readonly number[];
}

/** A dashboard and a provider that behave, and measure how long they wait. */
export interface GoodClient extends AsyncDisposable {
  /** What was measured since the last call. */
  readonly takeWaits: () => Waits;
}

/** A webhook is measured until its answer, and until its call is on the board. */
export async function startGoodClient({ webhookUrl, socketUrl, gatewayUrl }: Target): Promise<GoodClient> {
  const stopping = new AbortController();
  const http = openHttpClient(gatewayUrl, 4);
  const provider = openHttpClient(webhookUrl, 4);
  const socket = new WebSocket(socketUrl);
  await once(socket, 'open');
  socket.send('{"event":"Subscribe","data":{"queues":["good"]}}');
  const shown = new Map<string, () => void>();
  socket.on('message', (data: Buffer) => {
    const { event, data: content } = JSON.parse(data.toString()) as {
      event: string;
      data: { calls?: { call_id: string }[] };
    };
    if (event === 'CallsChanged') for (const { call_id } of content.calls ?? []) shown.get(call_id)?.();
  });
  const measured = { webhookMs: [] as number[], boardMs: [] as number[], apiMs: [] as number[] };
  const inTime = <T>(what: string, work: Promise<T>): Promise<T> =>
    within(timeoutMs, work).catch((error: unknown) => {
      throw error instanceof DeadlineExceeded
        ? new Error(`${what} took over ${timeoutMs} ms.`, { cause: error })
        : error;
    });

  let calls = 0;
  const measureWebhook = async (): Promise<void> => {
    const call_id = `good-${++calls}`;
    const began = performance.now();
    const isShown = new Promise<void>((resolve) => shown.set(call_id, resolve));
    const body = eventText({ type: 'call.waiting', call_id, queue: 'good' });
    const { status } = await inTime('A webhook', provider.post(new URL(webhookUrl).pathname, body));
    if (status !== 200) throw new Error(`A good webhook was answered with ${status}.`);
    measured.webhookMs.push(performance.now() - began);
    await inTime('A call on the board', isShown);
    measured.boardMs.push(performance.now() - began);
    shown.delete(call_id);
    await provider.post(new URL(webhookUrl).pathname, eventText({ type: 'call.finished', call_id, queue: 'good' }));
  };
  const measureApi = async (): Promise<void> => {
    const began = performance.now();
    const { status } = await inTime('/api/queues', http.get('/api/queues'));
    if (status !== 200) throw new Error(`A good request was answered with ${status}.`);
    measured.apiMs.push(performance.now() - began);
  };
  const repeat = async (measure: () => Promise<void>): Promise<void> => {
    while (!stopping.signal.aborted) await Promise.all([measure(), sleep(everyMs)]);
  };
  const running = Promise.all([repeat(measureWebhook), repeat(measureApi)]);
  running.catch(() => undefined); // rethrown at the end
  return {
    takeWaits: () => ({
      webhookMs: measured.webhookMs.splice(0),
      boardMs: measured.boardMs.splice(0),
      apiMs: measured.apiMs.splice(0),
    }),
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      try {
        await running;
      } finally {
        socket.terminate();
        await Promise.all([http[Symbol.asyncDispose](), provider[Symbol.asyncDispose]()]);
      }
    },
  };
}
