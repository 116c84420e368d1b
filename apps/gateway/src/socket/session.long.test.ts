import { startProxy, until } from '@callstream/stack';
import { event, openDashboard } from '../../testing/dashboard.ts';
import { connect } from '../../testing/client.ts';
import { startGateway } from '../../testing/gateway.ts';
import type { TestGateway } from '../../testing/gateway.ts';
import { startTables } from '../../testing/tables.ts';
import type { TestTables } from '../../testing/tables.ts';

let tables: TestTables;
let gateway: TestGateway;
beforeAll(async () => {
  tables = await startTables();
  gateway = await startGateway(tables.env);
  await gateway.ready();
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await tables[Symbol.asyncDispose]();
});

const closes = (cause: string) => gateway.metric(`closes_total{cause="${cause}"}`);

it('a subscriber that does not read is closed as slow after 15 s, and resumes from its cursor', async () => {
  using slow = await openDashboard(gateway.port);
  await slow.snapshot();
  slow.client.socket.pause();
  const ids = Array.from({ length: 1_000 }, (_, i) => `s${i}`);
  const isSlow = async () => {
    await tables.append(ids.map((id) => event('call.ongoing', id, { their_number: 'n'.repeat(1_000) })));
    return (await closes('slow')) === 1;
  };
  await until(isSlow, {
    everyMs: 1_000,
    onTimeout: () => new Error('The slow client is not closed.'),
  });
  slow.client.socket.resume();
  expect(await slow.client.closed).toBe(4008);
  using back = await openDashboard(gateway.port, { subscribe: { cursor: slow.cursor() }, calls: slow.calls });
  expect(await back.snapshot()).not.toHaveProperty('reset');
  await back.shows(Object.fromEntries(ids.map((id) => [id, 'ONGOING'])));
});

it('a half-open socket, and one that answers no pings, are closed as unresponsive', async () => {
  await using proxy = await startProxy({ to: { port: gateway.port } });
  using halfOpen = await connect(proxy.port);
  using silent = await connect(gateway.port, '/', { autoPong: false });
  expect([halfOpen.socket.readyState, silent.socket.readyState]).toEqual([1, 1]);
  proxy.stall();
  await until(async () => (await closes('unresponsive')) === 2, {
    timeoutMs: 90_000,
    everyMs: 500,
    onTimeout: () => new Error('The sockets are not closed.'),
  });
  expect(await silent.closed).toBe(4009);
  await until(async () => (await gateway.metric('sockets')) === 0, {
    onTimeout: () => new Error('The sockets are still counted.'),
  });
});
