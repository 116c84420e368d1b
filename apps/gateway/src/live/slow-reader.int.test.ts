import { liveCallOf } from '@callstream/contracts';
import { partitionOf } from '@callstream/domain';
import { callsOfEvents } from '@callstream/domain/testing';
import { until } from '@callstream/stack';
import { event, isEvent, openDashboard } from '../../testing/dashboard.ts';
import type { MessageOf } from '../../testing/dashboard.ts';
import { startGateway } from '../../testing/gateway.ts';
import type { TestGateway } from '../../testing/gateway.ts';
import { startTables } from '../../testing/tables.ts';
import type { TestTables } from '../../testing/tables.ts';
import { readCursor } from '../board/cursor.ts';
import { partBytesMax } from '../outbox/part-cache.ts';

let tables: TestTables;
let gateway: TestGateway;
const count = 300;
const rounds = 10;
const ids = Array.from({ length: count }, (_, i) => `s${i}`);
/** All calls change; each is more than 4,000 bytes. */
const url = `https://recordings.example.com/${'r'.repeat(4_000)}`;
const changeAll = () => tables.append(ids.map((id) => event('call.recording-available', id, { url })));

beforeAll(async () => {
  tables = await startTables();
  await changeAll();
  await tables.project();
  gateway = await startGateway(tables.env);
  await gateway.ready();
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await tables[Symbol.asyncDispose]();
});

const deltasOf = (frames: readonly { event: string; data: unknown }[]) =>
  frames
    .filter(({ event: name }) => name === 'CallsChanged')
    .map(({ data }) => data as MessageOf<'CallsChanged'>['data']);

it('a snapshot is sent in parts, of which only the last has the cursor', async () => {
  using dashboard = await openDashboard(gateway.port);
  await until(() => dashboard.cursor() !== '', {
    onTimeout: () => new Error('The client has no cursor.'),
  });
  const parts = dashboard.client.frames.filter(isEvent('Snapshot')) as MessageOf<'Snapshot'>[];
  expect(parts.length).toBeGreaterThan(8);
  expect(parts.map(({ data }) => data.part)).toEqual(parts.map((_, i) => i + 1));
  expect(parts.filter(({ data }) => data.cursor !== undefined)).toEqual([parts.at(-1)]);
  for (const part of parts) expect(JSON.stringify(part).length).toBeLessThan(partBytesMax + 6_000);
  expect(dashboard.calls.size).toBe(count);
});

it('a client that did not read gets one conflated change of each call, and misses nothing', async () => {
  using slow = await openDashboard(gateway.port);
  using quick = await openDashboard(gateway.port);
  const complete = () => {
    const folded = callsOfEvents(tables.log);
    return (calls: typeof slow.calls) => ids.every((id) => calls.get(id)?.last_id === folded.get(id)?.lastId);
  };
  await until(() => complete()(slow.calls) && complete()(quick.calls), {
    onTimeout: () => new Error('A client has no complete snapshot.'),
  });
  slow.client.socket.pause();
  const before = slow.client.frames.length;
  for (let i = 0; i < rounds; i++) {
    await changeAll();
    const isShown = complete();
    await until(() => isShown(quick.calls), {
      onTimeout: () => new Error('The quick client is behind.'),
    });
  }
  slow.client.socket.resume();
  const isShown = complete();
  await until(() => isShown(slow.calls), {
    onTimeout: () => new Error('The slow client is behind.'),
  });
  const calls = deltasOf(slow.client.frames.slice(before)).flatMap((data) => data.calls);
  expect(calls.length).toBeLessThan(rounds * count);
  const folded = callsOfEvents(tables.log);
  for (const id of ids) expect(slow.calls.get(id)).toEqual(JSON.parse(JSON.stringify(liveCallOf(folded.get(id)!))));
  expect(readCursor(slow.cursor())?.positions).toEqual(readCursor(quick.cursor())?.positions);
  const ends = [...Map.groupBy(tables.log, ({ id }) => partitionOf(id)).values()].map(({ length }) => length);
  expect(readCursor(quick.cursor())?.positions).toEqual(ends);
});

it('clients with equal filters get the same frames', async () => {
  const dashboards = await Promise.all(
    Array.from({ length: 20 }, () => openDashboard(gateway.port, { subscribe: { queues: ['900', '901'] } })),
  );
  const [first, ...others] = dashboards;
  await Promise.all(dashboards.map(({ snapshot }) => snapshot()));
  await tables.append(Array.from({ length: 50 }, (_, i) => event('call.waiting', `w${i}`, { queue: '901' })));
  for (const { calls } of dashboards)
    await until(() => calls.size === 50, { onTimeout: () => new Error(`${calls.size} of 50`) });
  for (const other of others) expect(deltasOf(other.client.frames)).toEqual(deltasOf(first!.client.frames));
  dashboards.forEach((dashboard) => dashboard[Symbol.dispose]());
});
