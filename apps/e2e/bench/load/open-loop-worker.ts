// A thread that posts at a fixed rate. Each request is due at its time whatever the responses to others: it waits for a free
// connection if it must, and that time counts. So a server that stalls does not hide the requests that it kept waiting.
import type { Socket } from 'node:net';
import { createHistogram } from 'node:perf_hooks';
import type { RecordableHistogram } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import { openSockets, requestsTo } from './raw-requests.ts';
import { createResponseReader } from './response-reader.ts';

export interface OpenLoopWorkerOptions {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  /** Requests per second over all connections. */
  readonly rate: number;
  /** Group of each body; each has a histogram of its own. */
  readonly groups: readonly number[];
}

export interface OpenLoopWorkerResult {
  readonly answered: number;
  readonly failed: number;
  readonly seconds: number;
  /** From the time at which a request was due to its response, in nanoseconds, by group. */
  readonly latency: readonly RecordableHistogram[];
  /** How late the thread itself was, in nanoseconds. */
  readonly late: RecordableHistogram;
}

/** Interval in which due requests are sent, in ms. */
const tickMs = 1;
/** Time for the last responses, in ms. */
const drainMs = 10_000;

const { url, connections, seconds, rate, groups } = workerData as OpenLoopWorkerOptions;
const requests = requestsTo(url);
const latency = Array.from({ length: Math.max(...groups) + 1 }, () => createHistogram());
const late = createHistogram();
const total = Math.round(rate * seconds);
let [due, sent, answered, failed] = [0, 0, 0, 0];
const { promise: isDone, resolve: done } = Promise.withResolvers<undefined>();

const idle: ((request: number) => void)[] = [];
const dueAt = (request: number): number => began + (request * 1_000) / rate;
const record = (histogram: RecordableHistogram | undefined, ms: number): void =>
  histogram?.record(Math.max(1, Math.round(ms * 1e6)));

function sendDue(): void {
  while (sent < due) {
    // In turns, so that all connections are used.
    const send = idle.shift();
    if (!send) return;
    send(sent++);
  }
}

function connection(socket: Socket): (request: number) => void {
  const read = createResponseReader();
  let current = -1;
  const send = (request: number): void => {
    current = request;
    socket.write(requests[request % requests.length] ?? '');
  };
  socket.on('error', () => undefined); // counted by 'close', which follows
  socket.on('data', (chunk: Buffer) => {
    const status = read(chunk);
    if (status === null) return;
    record(latency[groups[current % requests.length] ?? 0], performance.now() - dueAt(current));
    if (status >= 200 && status < 300) answered++;
    else failed++;
    current = -1;
    idle.push(send);
    sendDue();
    if (answered + failed >= total) done(undefined);
  });
  socket.on('close', () => {
    const index = idle.indexOf(send);
    if (index >= 0) idle.splice(index, 1);
    if (current >= 0) failed++;
    if (answered + failed >= total) done(undefined);
  });
  return send;
}

const sockets = await openSockets(url, connections);
idle.push(...sockets.map(connection));
const began = performance.now();
let lastTickAt = began;
const timer = setInterval(() => {
  const now = performance.now();
  record(late, now - lastTickAt - tickMs);
  lastTickAt = now;
  due = Math.min(total, Math.floor(((now - began) * rate) / 1_000));
  sendDue();
  if (due >= total) clearInterval(timer);
}, tickMs);
const deadline = setTimeout(() => done(undefined), seconds * 1_000 + drainMs);
await isDone;
clearInterval(timer);
clearTimeout(deadline);
const took = (performance.now() - began) / 1_000;
failed += total - answered - failed;
for (const socket of sockets) socket.destroy();
parentPort?.postMessage({ answered, failed, seconds: took, latency, late } satisfies OpenLoopWorkerResult);
