import { jest } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { once } from 'node:events';
import { startGateway } from '../testing/gateway.ts';
import { fillWithCalls } from '../testing/many-calls.ts';
import { startTables } from '../testing/tables.ts';
import type { TestTables } from '../testing/tables.ts';

jest.setTimeout(600_000);
let tables: TestTables;
let gateway: Awaited<ReturnType<typeof startGateway>>;
beforeAll(async () => {
  tables = await startTables();
  await fillWithCalls(tables.db, { calls: 50_000, queues: 200, agents: 2_000 });
  gateway = await startGateway({ ...tables.env, NODE_OPTIONS: '--max-old-space-size=512' });
  await gateway.ready();
}, 600_000);
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await tables[Symbol.asyncDispose]();
});

const open = async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}`);
  let n = 0,
    bytes = 0;
  socket.on('message', (d: Buffer) => {
    n++;
    bytes += d.length;
  });
  await once(socket, 'open');
  return { socket, got: () => n, bytes: () => bytes };
};
const timed = async (url: string) => {
  const t = performance.now();
  const r = await fetch(url, { signal: AbortSignal.timeout(30_000) }).catch((e: unknown) => ({
    status: String(e),
    text: async () => '',
  }));
  const body = await r.text();
  return { ms: Math.round(performance.now() - t), status: r.status, len: body.length };
};
const witness = async (url: string, forMs: number) => {
  const all: { ms: number; status: unknown }[] = [];
  const end = performance.now() + forMs;
  while (performance.now() < end) {
    all.push(await timed(url));
    await pause(50);
  }
  const ms = all.map((a) => a.ms).toSorted((a, b) => a - b);
  return { n: ms.length, p50: ms[ms.length >> 1], max: ms.at(-1), bad: all.filter((a) => a.status !== 200).length };
};
const log = (...a: unknown[]) => process.stderr.write(`${a.map((x) => JSON.stringify(x)).join(' ')}\n`);
const http = () => `http://127.0.0.1:${gateway.port}`;

it('quiet', async () => {
  log('queues', await timed(`${http()}/api/queues`), await timed(`${http()}/api/agents`));
  log('quiet livez', await witness(`${gateway.admin}/livez`, 2000));
  log('quiet call', await witness(`${http()}/api/calls?call_id=many.7`, 2000));
  log('quiet list', await witness(`${http()}/api/calls?limit=10`, 2000));
});
it.each([1, 3])('row 5: %d sockets', async (count) => {
  const sockets = await Promise.all(Array.from({ length: count }, open));
  for (const { socket } of sockets)
    for (let i = 0; i < 190; i++)
      socket.send(
        JSON.stringify({
          event: i % 2 ? 'WatchQueues' : 'WatchAgents',
          data: i % 2 ? {} : { queues: [`q${i}`, `q${i + 1}`] },
          id: i,
        }),
      );
  const t = performance.now();
  log(
    'row5 livez',
    count,
    await witness(`${gateway.admin}/livez`, 3000),
    Math.round(performance.now() - t),
    sockets.map((s) => [s.got(), s.bytes()]),
  );
  sockets.forEach(({ socket }) => socket.terminate());
  log('after', await timed(`${gateway.admin}/livez`), await timed(`${http()}/api/calls?call_id=many.7`));
});
it('subscribes', async () => {
  const sockets = await Promise.all(Array.from({ length: 3 }, open));
  for (const { socket } of sockets)
    for (let i = 0; i < 190; i++)
      socket.send(JSON.stringify({ event: 'Subscribe', data: { queues: [`q${i}`, `q${i + 1}`] }, id: i }));
  const t = performance.now();
  log(
    'subscribe livez',
    await witness(`${gateway.admin}/livez`, 3000),
    Math.round(performance.now() - t),
    sockets.map((s) => [s.got(), s.bytes()]),
  );
  sockets.forEach(({ socket }) => socket.terminate());
  log('after', await timed(`${gateway.admin}/livez`));
});
it('row 6', async () => {
  const sockets = await Promise.all(Array.from({ length: 4 }, open));
  let i = 0;
  const timer = setInterval(() => {
    for (const { socket } of sockets)
      socket.send(
        JSON.stringify({ event: 'ListCalls', data: { params: { before: 200_000_000 - i++ * 4096 } }, id: i }),
      );
  }, 1000 / 45);
  await pause(2000);
  const [a, b] = await Promise.all([
    witness(`${http()}/api/calls?call_id=many.7`, 10_000),
    witness(`${gateway.admin}/livez`, 10_000),
  ]);
  log(
    'row 6 call',
    a,
    'livez',
    b,
    sockets.map((s) => [s.got(), s.bytes()]),
  );
  clearInterval(timer);
  sockets.forEach(({ socket }) => socket.terminate());
  log('after', await timed(`${http()}/api/calls?call_id=many.7`));
});
