import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { bodies } from './bodies.ts';
import { createWorkers } from './workers.ts';

/** A server in this process; `answer` gets the number of the request, from 1. */
async function serve(answer: (response: ServerResponse, request: number) => void) {
  const received: string[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    received.push(`${request.method ?? ''} ${request.url ?? ''} ${await text(request)}`);
    answer(response, received.length);
  };
  const server = createServer((request, response) => void handle(request, response)).listen(0, '127.0.0.1');
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

const short = { connections: 3, seconds: 0.5 };

describe('the load generator with worker threads', () => {
  it('posts every body in turn and counts what was answered', async () => {
    using server = await serve((response) => response.end('{}'));
    const load = await createWorkers().run(server.url, short);
    expect(new Set(server.received)).toEqual(new Set(bodies.map((body) => `POST /webhook ${body}`)));
    // At the end one request of each connection may have no answer yet.
    expect(load.answered).toBeGreaterThanOrEqual(server.received.length - short.connections);
    expect(load.answered).toBeLessThanOrEqual(server.received.length);
    expect(load).toMatchObject({ failed: 0 });
    expect(load.requestsPerSecond).toBeCloseTo(load.answered / load.seconds, 5);
    expect(load.p50).toBeGreaterThan(0);
    expect(load.p99).toBeGreaterThanOrEqual(load.p50);
    expect(load.cpuSeconds).toBeGreaterThan(0);
  });
  it('counts other statuses and closed connections as failed', async () => {
    using server = await serve((response, request) => {
      response.statusCode = request === 5 ? 503 : 200;
      if (request === 10) response.socket?.destroy();
      else response.end('{}');
    });
    const load = await createWorkers().run(server.url, short);
    expect(load.failed).toBe(2);
    expect(load.answered).toBeGreaterThan(0);
  });
  it('says that nobody listens', async () => {
    await expect(createWorkers().run('http://127.0.0.1:1/webhook', short)).rejects.toThrow('ECONNREFUSED');
  });
});
