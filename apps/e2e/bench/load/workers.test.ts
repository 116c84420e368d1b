import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { bodies } from './webhook-bodies.ts';
import { createWorkers } from './workers.ts';

/** A server in this process; `answer` gets the number of the request, from 1. */
async function serve(answer: (response: ServerResponse, request: number) => void) {
  const received: string[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    received.push(`${request.method ?? ''} ${request.url ?? ''} ${await text(request)}`);
    answer(response, received.length);
  };
  // A request that the end of the load cuts off has no body to be read.
  const server = createServer((request, response) => {
    handle(request, response).catch(() => undefined);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`,
    received,
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

// On one connection the server sees the requests in the order in which they are sent.
const one = { connections: 1, seconds: 1 };

describe('the load generator with worker threads', () => {
  it('posts the bodies in turn and counts what was answered', async () => {
    using server = await serve((response) => response.end('{}'));
    const load = await createWorkers().run(server.url, one);
    expect(load).toMatchObject({ failed: 0 });
    expect(load.answered).toBeGreaterThan(0);
    // At the end one request may be without an answer.
    expect([load.answered, load.answered + 1]).toContain(server.received.length);
    expect(server.received).toEqual(server.received.map((_, i) => `POST /webhook ${bodies[i % bodies.length] ?? ''}`));
  });
  it('posts over all connections, and measures rate, latency and its own CPU time', async () => {
    const connected = new Set<unknown>();
    using server = await serve((response) => {
      connected.add(response.socket);
      response.end('{}');
    });
    const load = await createWorkers().run(server.url, { connections: 7, seconds: 1 });
    expect(connected.size).toBe(7);
    expect(load.requestsPerSecond).toBeCloseTo(load.answered / load.seconds, 5);
    expect(load.p50).toBeGreaterThan(0);
    expect(load.p99).toBeGreaterThanOrEqual(load.p50);
    expect(load.cpuSeconds).toBeGreaterThan(0);
  });
  it('counts other statuses and closed connections as failed', async () => {
    using server = await serve((response, request) => {
      response.statusCode = request === 2 ? 503 : 200;
      if (request === 3) response.socket?.destroy();
      else response.end('{}');
    });
    expect(await createWorkers().run(server.url, one)).toMatchObject({ answered: 1, failed: 2 });
  });
  it('says that nobody listens', async () => {
    await expect(createWorkers().run('http://127.0.0.1:1/webhook', one)).rejects.toThrow('ECONNREFUSED');
  });
});
