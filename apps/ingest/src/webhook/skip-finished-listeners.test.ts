import { createServer } from 'node:http';
import { jest } from '@jest/globals';
import Koa from 'koa';
import { skipFinishedListeners } from './skip-finished-listeners.ts';

it.each(['koa', 'on-finished'])('another version of %s is refused, with the remedy', (name) => {
  jest.doMock(`${name}/package.json`, () => ({ version: '9.9.9' }));
  expect(() => skipFinishedListeners(() => Promise.resolve())).toThrow(
    `${name} 9.9.9 is installed, and ingest goes around`,
  );
  jest.dontMock(`${name}/package.json`);
});

it('koa answers, and listens neither to the response nor to its connection', async () => {
  const app = new Koa();
  let added: number[] = [];
  app.use((ctx) => {
    ctx.body = 'answered';
  });
  const handle = app.callback();
  const listeners = ({ res }: { res: import('node:http').ServerResponse }): number[] => [
    res.listenerCount('finish'),
    res.listenerCount('end'),
    res.socket?.listenerCount('error') ?? 0,
  ];
  await using server = createServer((request, response) => {
    const before = listeners({ res: response });
    skipFinishedListeners(handle)(request, response);
    added = listeners({ res: response }).map((count, i) => count - (before[i] ?? 0));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } });
  expect([response.status, await response.text(), added]).toEqual([200, 'answered', [0, 0, 0]]);
});
