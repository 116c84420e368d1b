import { liveCallOf } from '@callstream/contracts';
import { projectionVersion } from '@callstream/domain';
import { callsOfEvents } from '@callstream/domain/testing';
import { until } from '@callstream/stack';
import { readableVersionMin } from '@callstream/tables';
import { connect } from '../../testing/client.ts';
import { startGateway } from '../../testing/gateway.ts';
import type { TestGateway } from '../../testing/gateway.ts';
import { event, isEvent, openDashboard, waits } from '../../testing/dashboard.ts';
import type { MessageOf } from '../../testing/dashboard.ts';
import { startTables } from '../../testing/tables.ts';
import type { TestTables } from '../../testing/tables.ts';
import { cursorText, readCursor } from './cursor.ts';

let tables: TestTables;
let gateway: TestGateway;

const minuteMs = 60_000;

beforeAll(async () => {
  tables = await startTables();
  await tables.add([event('call.new', 'a'), waits('b')]);
  // A call that finished long ago, and one that is stale: neither is on the board.
  const hours = (n: number) => ({ receivedAt: Date.now() - n * 60 * minuteMs });
  await tables.append([event('call.new', 'old'), event('call.finished', 'old')], hours(1));
  await tables.append([event('call.new', 'stale')], hours(3));
  await tables.project();
  gateway = await startGateway(tables.env);
  await gateway.ready();
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await tables[Symbol.asyncDispose]();
});

describe('a subscriber', () => {
  it('gets a snapshot of the current calls, and then deltas before they are projected', async () => {
    using dashboard = await openDashboard(gateway.port);
    await dashboard.shows({ a: 'NEW', b: 'WAITING' });
    await tables.append([waits('a'), event('call.new', 'c')]);
    await dashboard.shows({ a: 'WAITING', b: 'WAITING', c: 'NEW' });
    const folded = callsOfEvents(tables.log);
    for (const [callId, call] of dashboard.calls)
      expect(call).toEqual(JSON.parse(JSON.stringify(liveCallOf(folded.get(callId)!))));
  });

  it('hears that a call left its filter, and after a reconnect what changed meanwhile', async () => {
    const subscribe = { states: ['WAITING'], queues: ['900'] };
    using waiting = await openDashboard(gateway.port, { subscribe });
    await waiting.shows({ a: 'WAITING', b: 'WAITING' });
    await tables.append([event('call.ongoing', 'b')]);
    await waiting.shows({ a: 'WAITING' });
    waiting.client[Symbol.dispose]();
    await tables.append([waits('c'), event('call.finished', 'a')]);
    using back = await openDashboard(gateway.port, {
      subscribe: { ...subscribe, cursor: waiting.cursor() },
      calls: waiting.calls,
    });
    const snapshot = await back.snapshot();
    expect(snapshot).not.toHaveProperty('reset');
    await back.shows({ c: 'WAITING' });
  });

  it('gets heartbeats that say how old the board is', async () => {
    using dashboard = await openDashboard(gateway.port);
    const before = Date.now();
    const { data } = (await dashboard.client.next(isEvent('Heartbeat'))) as MessageOf<'Heartbeat'>;
    expect(data.lag).toBe(0);
    expect(data.as_of).toBeGreaterThan(before - 5_000);
    expect(data.now).toBeGreaterThanOrEqual(data.as_of);
  });

  it('gets no more deltas once it has unsubscribed', async () => {
    using subscribed = await openDashboard(gateway.port);
    using dashboard = await openDashboard(gateway.port);
    await dashboard.snapshot();
    dashboard.client.send({ event: 'Unsubscribe', data: {}, id: 'u' });
    await dashboard.client.next(isEvent('Unsubscribe'));
    const framesBefore = dashboard.client.frames.length;
    await tables.append([event('call.ongoing', 'c')]);
    await until(() => subscribed.calls.get('c')?.state === 'ONGOING', {
      onTimeout: () => new Error('The other subscriber got no delta.'),
    });
    expect(dashboard.client.frames.slice(framesBefore).filter(isEvent('CallsChanged'))).toEqual([]);
  });
});

describe('a call that is not on the board', () => {
  it('appears again with all that Postgres has of it when a late event comes', async () => {
    using dashboard = await openDashboard(gateway.port);
    await dashboard.snapshot();
    await tables.append([{ type: 'call.recording-available', call_id: 'old', url: 'https://example.test/1' }]);
    await until(() => dashboard.calls.get('old'), {
      onTimeout: () => new Error('The call did not appear.'),
    });
    expect(dashboard.calls.get('old')).toMatchObject({ state: 'FINISHED', recording_url: 'https://example.test/1' });
  });
});

describe('a cursor', () => {
  const subscribeAt = (cursor: string, port = gateway.port) => openDashboard(port, { subscribe: { cursor } });
  const current = async () => {
    using dashboard = await openDashboard(gateway.port);
    await dashboard.snapshot();
    const cursor = readCursor(dashboard.cursor());
    if (!cursor) throw new Error('The snapshot has no valid cursor.');
    return cursor;
  };

  it.each(['', 'x', 'bnVsbA', Buffer.from('{"e":"1","p":[1e300],"t":0}').toString('base64url'), '%00'])(
    'that is not valid fails with a message: %s',
    async (cursor) => {
      using dashboard = await subscribeAt(cursor);
      expect(await dashboard.client.next(isEvent('Subscribe'))).toMatchObject({ status: 'Failed', id: 'subscribe' });
    },
  );

  it('that is too old, or of another epoch, is answered with a reset', async () => {
    const cursor = await current();
    for (const unusable of [
      { ...cursor, expiredUntil: Date.now() - 40 * minuteMs },
      { ...cursor, epoch: `${projectionVersion}.x` },
      { ...cursor, positions: [] },
    ]) {
      using dashboard = await subscribeAt(cursorText(unusable));
      const snapshot = await dashboard.snapshot();
      expect(snapshot.reset).toBe(true);
      expect(snapshot.calls.length).toBeGreaterThan(3);
    }
  });

  it('of an older projection version closes the socket for good, as the page is as old', async () => {
    const cursor = await current();
    using dashboard = await subscribeAt(cursorText({ ...cursor, epoch: `${readableVersionMin - 1}.x` }));
    expect(await dashboard.client.closed).toBe(4504);
  });

  it('that is ahead of the gateway closes the socket if the gateway does not reach it in time', async () => {
    const { positions, ...cursor } = await current();
    using dashboard = await subscribeAt(cursorText({ ...cursor, positions: positions.map((n) => n + 1_000) }));
    expect(await dashboard.client.closed).toBe(4010);
  });

  it('that is ahead of the gateway is answered once the gateway reaches it', async () => {
    const { positions, ...cursor } = await current();
    using dashboard = await subscribeAt(cursorText({ ...cursor, positions: positions.map((n) => n + 1) }));
    await tables.append([event('call.new', 'ahead-1'), event('call.new', 'ahead-2')]);
    expect((await dashboard.snapshot()).calls).toEqual([]);
  });

  it('can be resumed from at another gateway that has just started', async () => {
    await tables.append([event('call.new', 'spooled')], { receivedAt: Date.now() - 110 * minuteMs });
    using dashboard = await openDashboard(gateway.port);
    await until(() => dashboard.calls.has('spooled'), {
      onTimeout: () => new Error('The call did not appear.'),
    });
    await tables.project();
    dashboard.client[Symbol.dispose]();
    // Meanwhile a call goes on, and another finishes so long ago that no board has it any more.
    await tables.append([event('call.ongoing', 'ahead-1')]);
    await tables.append([event('call.finished', 'spooled')], { receivedAt: Date.now() - 100 * minuteMs });
    await tables.project();
    await using secondGateway = await startGateway(tables.env);
    await secondGateway.ready();
    using back = await openDashboard(secondGateway.port, {
      subscribe: { cursor: dashboard.cursor() },
      calls: dashboard.calls,
    });
    const snapshot = await back.snapshot();
    expect(snapshot).not.toHaveProperty('reset');
    expect(snapshot.calls.map(({ call_id }) => call_id)).toEqual(['ahead-1']);
    expect(snapshot.gone).toEqual(['spooled']);
    expect(back.calls.get('ahead-1')?.state).toBe('ONGOING');
  });
});

describe('WatchCall', () => {
  const watch = async (callId: string) => {
    const client = await connect(gateway.port);
    client.send({ event: 'WatchCall', data: { call_id: callId }, id: 'w' });
    return client;
  };

  it('sends all events so far once they are projected, and then each new event once', async () => {
    using dashboard = await openDashboard(gateway.port);
    await tables.append([event('call.new', 'w')]);
    // The gateway has read it: otherwise it would come as a new one.
    await until(() => dashboard.calls.has('w'), {
      onTimeout: () => new Error('The dashboard does not show the call.'),
    });
    using client = await watch('w');
    await tables.project();
    const { data } = (await client.next(isEvent('CallEvents'))) as MessageOf<'CallEvents'>;
    expect(data).toMatchObject({ call_id: 'w', events: [{ aggregate_id: 'w', event: { type: 'call.new' } }] });
    const waiting = waits('w');
    await tables.append([waiting, waiting, event('call.finished', 'w')]);
    const added: MessageOf<'CallEventAdded'>[] = [];
    for (const _ of ['waiting', 'finished'])
      added.push((await client.next(isEvent('CallEventAdded'))) as MessageOf<'CallEventAdded'>);
    expect(added.map(({ data: { event: row } }) => row.event['type'])).toEqual(['call.waiting', 'call.finished']);
    await tables.project();
    client.send({ event: 'ListCallEvents', data: { call_id: 'w' }, id: 'l' });
    const listed = (await client.next(isEvent('ListCallEvents'))) as { data: { uuid: string }[] };
    expect(listed.data.slice(1)).toMatchObject(
      added.map(({ data: { event: row } }) => ({ ...row, deliveries: row.event['type'] === 'call.waiting' ? 2 : 1 })),
    );
    client.send({ event: 'UnwatchCall', data: { call_id: 'w' }, id: 'u' });
    await client.next(isEvent('UnwatchCall'));
  });

  it('fails beyond 20 calls of one socket', async () => {
    using client = await connect(gateway.port);
    await tables.project();
    for (let i = 0; i < 21; i++) client.send({ event: 'WatchCall', data: { call_id: `many-${i}` } });
    expect(await client.next(isEvent('WatchCall'))).toMatchObject({ status: 'Failed' });
    await client.next(isEvent('CallEvents'));
  });
});
