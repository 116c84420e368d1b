// A thread of the load generator in workers.ts. Raw sockets take a third of the CPU per request that undici takes, and
// 60 % of what autocannon takes.
import type { Socket } from 'node:net';
import { createHistogram } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { openSockets, requestsTo } from './raw-requests.ts';
import { createResponseReader } from './response-reader.ts';

export interface WorkerOptions {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
}

export interface WorkerResult {
  readonly answered: number;
  readonly failed: number;
  readonly seconds: number;
  /** Latency of all responses, in nanoseconds. */
  readonly latency: ReturnType<typeof createHistogram>;
}

const { url, connections, seconds } = workerData as WorkerOptions;
const requests = requestsTo(url);
const latency = createHistogram();
let [sent, answered, failed, isOver] = [0, 0, 0, false];

function postInTurn(socket: Socket): void {
  const read = createResponseReader();
  let sentAt = 0;
  const post = (): void => {
    sentAt = performance.now();
    socket.write(requests[sent++ % requests.length] ?? '');
  };
  socket.on('data', (chunk: Buffer) => {
    const status = read(chunk);
    if (status === null || isOver) return;
    latency.record(Math.max(1, Math.round((performance.now() - sentAt) * 1e6)));
    if (status >= 200 && status < 300) answered++;
    else failed++;
    post();
  });
  socket.on('close', () => {
    if (!isOver) failed++;
  });
  post();
}

const sockets = await openSockets(url, connections);
const began = performance.now();
for (const socket of sockets) {
  socket.on('error', () => undefined); // counted by 'close', which follows
  postInTurn(socket);
}
await sleep(seconds * 1_000);
isOver = true;
const took = (performance.now() - began) / 1_000;
for (const socket of sockets) socket.destroy();
parentPort?.postMessage({ answered, failed, seconds: took, latency } satisfies WorkerResult);
