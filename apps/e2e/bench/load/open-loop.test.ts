import { serve } from './local-server.ts';
import { postAtRate } from './open-loop.ts';
import { bodies } from './webhook-bodies.ts';

describe('the load generator with a fixed rate', () => {
  it('posts the bodies in rotation at the rate, and counts responses by group', async () => {
    using server = await serve((response) => response.end('{}'));
    const groupOf = (body: string): number => (body === bodies[0] ? 1 : 0);
    const load = await postAtRate(server.url, { connections: 4, seconds: 1, rate: 200, groupOf });
    expect(load).toMatchObject({ answered: 200, failed: 0 });
    expect(server.received.toSorted()).toEqual(
      Array.from({ length: 200 }, (_, i) => `POST /webhook ${bodies[i % bodies.length] ?? ''}`).toSorted(),
    );
    expect(load.latency).toHaveLength(2);
    expect(load.latency.every(({ p50, max }) => p50 > 0 && max < 1_000)).toBe(true);
    expect(load.cpuSeconds).toBeGreaterThan(0);
  });
  it('a server that stalls delays the requests that were due meanwhile, not only those that it has', async () => {
    const unanswered: (() => void)[] = [];
    let isStalled = true;
    const answerAll = (): void => {
      isStalled = false;
      for (const respond of unanswered) respond();
    };
    using server = await serve((response, request) => {
      // From the first request on: the thread takes its time to start.
      if (request === 1) setTimeout(answerAll, 800);
      const respond = (): void => void response.end('{}');
      if (isStalled) unanswered.push(respond);
      else respond();
    });
    const { latency } = await postAtRate(server.url, { connections: 2, seconds: 1, rate: 100 });
    expect(unanswered).toHaveLength(2);
    // Half of all requests were due in the first 500 ms, and so are at least 300 ms late.
    expect(latency[0]?.p50).toBeGreaterThan(250);
  });
  it('other statuses and broken connections count as failed', async () => {
    using server = await serve((response, request) => {
      response.statusCode = request === 2 ? 503 : 200;
      if (request === 3) response.socket?.destroy();
      else response.end('{}');
    });
    expect(await postAtRate(server.url, { connections: 2, seconds: 1, rate: 10 })).toMatchObject({
      answered: 8,
      failed: 2,
    });
  });
});
