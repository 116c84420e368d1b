import { setTimeout as pause } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { WebSocket } from 'ws';
import { once } from 'node:events';
import { startGateway } from '../../testing/gateway.ts';
import { fillWithCalls } from '../../testing/many-calls.ts';
import { startTables } from '../../testing/tables.ts';
import type { TestTables } from '../../testing/tables.ts';

jest.setTimeout(300_000);

/** How long each attack is, in ms, and how often each of its sockets sends: within the message rate. */
const attackMs = 8_000;
const perSecond = 45;
/** A good request takes at most so many times as long as when it is alone. Before there were turns, it was hundreds. */
const slowerMax = 100;
/** What the process takes, in bytes, with a heap of at most 512 MB. */
const memoryMax = 1_000_000_000;

const queues = 200;
let tables: TestTables;
let gateway: Awaited<ReturnType<typeof startGateway>>;
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

/** Sends what `message` makes over each socket, again and again, until disposed. */
async function attack(sockets: number, message: (count: number) => { event: string; data: object }) {
  const open = Array.from({ length: sockets }, async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}`);
    // It reads, and does nothing with it.
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

/** How long a request takes that waits for Postgres, and one that does not; in ms, the mean. */
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
  'queues, again and again': () => ({ event: 'WatchQueues', data: {} }),
  'agents of ever other queues': (count: number) => ({
    event: 'WatchAgents',
    data: { queues: [q(count), q(count * 7), q(count * 13), `none ${count}`] },
  }),
  'ever other lists': (count: number) => ({
    event: 'ListCalls',
    data: { params: { before: (49_000 - (count % 40_000)) * 4_096 } },
  }),
  'ever other boards': (count: number) => ({ event: 'Subscribe', data: { queues: [q(count), q(count * 7)] } }),
  'calls to watch and to watch no more': (count: number) => ({
    event: count % 8 < 4 ? 'WatchCall' : 'UnwatchCall',
    data: { call_id: 'many.9' },
  }),
};

it.each(Object.entries(attacks))('four sockets ask for %s: others are served', async (_what, message) => {
  const alone = await measure(3_000);
  {
    using _attack = await attack(4, message);
    await pause(1_000);
    const beside = await measure(attackMs);
    expect(beside.query / alone.query).toBeLessThan(slowerMax);
    expect(beside.live / alone.live).toBeLessThan(slowerMax);
  }
  expect(gateway.isUp()).toBe(true);
  expect(await memory()).toBeLessThan(memoryMax);
  expect((await fetch(`http://127.0.0.1:${gateway.port}/api/queues`)).status).toBe(200);
});

it('statistics with too many counts are refused, and say what to ask for', async () => {
  await tables.db.query(`insert into visits (call_id, n, queue, waiting_at, outcome)
    select 'many.' || n, 1, 'v' || n, now(), 'open' from generate_series(1, 30001) n`);
  const response = await fetch(
    `http://127.0.0.1:${gateway.port}/api/stats?from=${new Date(Date.now() - 3_600_000).toISOString()}`,
  );
  expect(response.status).toBe(400);
  expect(await response.text()).toContain('ask for fewer queues');
});
