import { setTimeout as pause } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { WebSocket } from 'ws';
import { once } from 'node:events';
import { poolOf } from '@callstream/tables/testing';
import { startGateway } from '../../testing/gateway.ts';
import type { TestGateway } from '../../testing/gateway.ts';
import { fillWithCalls } from '../../testing/many-calls.ts';
import { startTables } from '../../testing/tables.ts';
import type { TestTables } from '../../testing/tables.ts';

jest.setTimeout(300_000);

/** How long each attack lasts, in ms, and how many messages a second each of its sockets sends: within the message rate. */
const attackMs = 8_000;
const perSecond = 45;
/** How many times slower another client's request may be during an attack. Without turns, it was hundreds. */
const slowerMax = 100;
/** Most memory of the process with a heap of at most 512 MB, in bytes. */
const memoryMax = 1_000_000_000;

const queues = 200;
let tables: TestTables;
let gateway: TestGateway;
beforeAll(async () => {
  tables = await startTables();
  await fillWithCalls(tables.db, { calls: 50_000, queues, agents: 2_000 });
  gateway = await startGateway({ ...tables.env, NODE_OPTIONS: '--max-old-space-size=512' });
  await gateway.ready();
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await tables[Symbol.asyncDispose]();
});

/** Sends the messages over each socket, again and again, until disposed. */
async function attack(sockets: number, message: (count: number) => { event: string; data: object }) {
  const open = Array.from({ length: sockets }, async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}`);
    // Reads, and ignores what it reads.
    socket.on('message', () => undefined);
    await once(socket, 'open');
    return socket;
  });
  const all = await Promise.all(open);
  let count = 0;
  const timer = setInterval(() => {
    for (const socket of all)
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ ...message(count++), id: count }));
  }, 1_000 / perSecond);
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
      for (const socket of all) socket.terminate();
    },
  };
}

/** Mean time of a request that needs Postgres, and of one that does not, in ms. */
async function measure(ms: number): Promise<{ query: number; live: number }> {
  const repeat = async (url: string): Promise<number> => {
    const began = performance.now();
    let count = 0;
    for (; performance.now() - began < ms; count++) expect((await fetch(url)).status).toBe(200);
    return (performance.now() - began) / count;
  };
  const query = repeat(`http://127.0.0.1:${gateway.port}/api/calls?call_id=many.7`);
  return { live: await repeat(`${gateway.admin}/livez`), query: await query };
}

async function memory(): Promise<number> {
  const text = await (await fetch(`${gateway.admin}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\d+)/m.exec(text)?.[1]);
}

const q = (count: number): string => `q${count % queues}`;
const attacks = {
  'the queues again and again': () => ({ event: 'WatchQueues', data: {} }),
  'agents of different queues': (count: number) => ({
    event: 'WatchAgents',
    data: { queues: [q(count), q(count * 7), q(count * 13), `none ${count}`] },
  }),
  'different lists': (count: number) => ({
    event: 'ListCalls',
    data: { params: { before: (49_000 - (count % 40_000)) * 4_096 } },
  }),
  'different boards': (count: number) => ({ event: 'Subscribe', data: { queues: [q(count), q(count * 7)] } }),
  'a watch of a call and its end': (count: number) => ({
    event: count % 8 < 4 ? 'WatchCall' : 'UnwatchCall',
    data: { call_id: 'many.9' },
  }),
};

it.each(Object.entries(attacks))('other clients are served while four sockets request %s', async (_what, message) => {
  const alone = await measure(3_000);
  {
    using _attack = await attack(4, message);
    await pause(1_000);
    const during = await measure(attackMs);
    expect(during.query / alone.query).toBeLessThan(slowerMax);
    expect(during.live / alone.live).toBeLessThan(slowerMax);
  }
  expect(gateway.isUp()).toBe(true);
  expect(await memory()).toBeLessThan(memoryMax);
  expect((await fetch(`http://127.0.0.1:${gateway.port}/api/queues`)).status).toBe(200);
});

it('statistics with too many counts are refused, and the message says what to request instead', async () => {
  await poolOf(tables.db).query(`insert into visits (call_id, n, queue, waiting_at, outcome)
    select 'many.' || n, 1, 'v' || n, now(), 'open' from generate_series(1, 30001) n;
    insert into bucket_marks values (date_bin('15 min', now(), timestamptz 'epoch'))`);
  const response = await fetch(
    `http://127.0.0.1:${gateway.port}/api/stats?from=${new Date(Date.now() - 3_600_000).toISOString()}`,
  );
  expect(response.status).toBe(400);
  expect(await response.text()).toContain('ask for fewer queues');
});
