import { serve } from './local-server.ts';
import { bodies } from './webhook-bodies.ts';
import { createWorkers } from './workers.ts';

// With one connection, the server gets the requests in the order of sending.
const oneConnection = { connections: 1, seconds: 1 };

describe('the load generator with worker threads', () => {
  it('workers post the bodies in rotation and count responses', async () => {
    using server = await serve((response) => response.end('{}'));
    const load = await createWorkers().run(server.url, oneConnection);
    expect(load).toMatchObject({ failed: 0 });
    expect(load.answered).toBeGreaterThan(0);
    // The last request may have no response.
    expect([load.answered, load.answered + 1]).toContain(server.received.length);
    expect(server.received).toEqual(server.received.map((_, i) => `POST /webhook ${bodies[i % bodies.length] ?? ''}`));
  });
  it('workers use all connections, and measure rate, latency and their own CPU time', async () => {
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
  it('workers count other statuses and closed connections as failed', async () => {
    using server = await serve((response, request) => {
      response.statusCode = request === 2 ? 503 : 200;
      if (request === 3) response.socket?.destroy();
      else response.end('{}');
    });
    expect(await createWorkers().run(server.url, oneConnection)).toMatchObject({ answered: 1, failed: 2 });
  });
  it('workers report a refused connection', async () => {
    await expect(createWorkers().run('http://127.0.0.1:1/webhook', oneConnection)).rejects.toThrow('ECONNREFUSED');
  });
});
