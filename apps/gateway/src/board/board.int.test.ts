import { jest } from '@jest/globals';
import { liveCallOf } from '@callstream/contracts';
import { projectionVersion } from '@callstream/domain';
import { callsOfEvents } from '@callstream/domain/testing';
import { until } from '@callstream/stack';
import { connect, startGateway } from '../../testing/gateway.ts';
import { event, isEvent, openDashboard, waits } from '../../testing/dashboard.ts';
import type { MessageOf } from '../../testing/dashboard.ts';
import { startTables } from '../../testing/tables.ts';
import type { TestTables } from '../../testing/tables.ts';
import { cursorText, readCursor } from './cursor.ts';

jest.setTimeout(60_000);

let tables: TestTables;
let gateway: Awaited<ReturnType<typeof startGateway>>;

const minuteMs = 60_000;

beforeAll(async () => {
  tables = await startTables();
  await tables.add([event('call.new', 'a'), waits('b')]);
  // Of calls that are over long since, and of one that nobody ended: none of them is a call of now.
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
  it('gets the calls of now, and then what changes, before it is projected', async () => {
    using dashboard = await openDashboard(gateway.port);
    await dashboard.shows({ a: 'NEW', b: 'WAITING' });
    await tables.append([waits('a'), event('call.new', 'c')]);
    await dashboard.shows({ a: 'WAITING', b: 'WAITING', c: 'NEW' });
    const folded = callsOfEvents(tables.log);
    for (const [callId, call] of dashboard.calls)
      expect(call).toEqual(JSON.parse(JSON.stringify(liveCallOf(folded.get(callId)!))));
  });

  it('sees leave what leaves its filter, and when it comes back, what changed while it was away', async () => {
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

  it('is told how old the board is', async () => {
    using dashboard = await openDashboard(gateway.port);
    const before = Date.now();
    const { data } = (await dashboard.client.next(isEvent('Heartbeat'))) as MessageOf<'Heartbeat'>;
    expect(data.lag).toBe(0);
    expect(data.as_of).toBeGreaterThan(before - 5_000);
    expect(data.now).toBeGreaterThanOrEqual(data.as_of);
  });

  it('hears nothing more once it has unsubscribed', async () => {
    using other = await openDashboard(gateway.port);
    using dashboard = await openDashboard(gateway.port);
    await dashboard.snapshot();
    dashboard.client.send({ event: 'Unsubscribe', data: {}, id: 'u' });
    await dashboard.client.next(isEvent('Unsubscribe'));
    const heard = dashboard.client.frames.length;
    await tables.append([event('call.ongoing', 'c')]);
    await until(() => other.calls.get('c')?.state === 'ONGOING', {
      ...{ timeoutMs: 20_000, onTimeout: () => new Error('no change') },
    });
    expect(dashboard.client.frames.slice(heard).filter(isEvent('CallsChanged'))).toEqual([]);
  });
});

describe('a call that is not on the board', () => {
  it('comes back as what Postgres has of it, and not as a ghost', async () => {
    using dashboard = await openDashboard(gateway.port);
    await dashboard.snapshot();
    await tables.append([{ type: 'call.recording-available', call_id: 'old', url: 'https://example.test/1' }]);
    await until(() => dashboard.calls.get('old'), { timeoutMs: 20_000, onTimeout: () => new Error('it did not come') });
    expect(dashboard.calls.get('old')).toMatchObject({ state: 'FINISHED', recording_url: 'https://example.test/1' });
  });
});

describe('a cursor', () => {
  const subscribeAt = (cursor: string, port = gateway.port) => openDashboard(port, { subscribe: { cursor } });
  const current = async () => {
    using dashboard = await openDashboard(gateway.port);
    await dashboard.snapshot();
    const cursor = readCursor(dashboard.cursor());
    if (!cursor) throw new Error('It is none.');
    return cursor;
  };

  it.each(['', 'x', 'bnVsbA', Buffer.from('{"e":"1","p":[1e300],"t":0}').toString('base64url'), '%00'])(
    'that is none is refused in words: %s',
    async (cursor) => {
      using dashboard = await subscribeAt(cursor);
      expect(await dashboard.client.next(isEvent('Subscribe'))).toMatchObject({ status: 'Failed', id: 'subscribe' });
    },
  );

  it('that is too old, or of another epoch, is answered with everything', async () => {
    const cursor = await current();
    for (const other of [
      { ...cursor, leftUntil: Date.now() - 40 * minuteMs },
      { ...cursor, epoch: `${projectionVersion}.x` },
      { ...cursor, positions: [] },
    ]) {
      using dashboard = await subscribeAt(cursorText(other));
      const snapshot = await dashboard.snapshot();
      expect(snapshot.reset).toBe(true);
      expect(snapshot.calls.length).toBeGreaterThan(3);
    }
  });

  it('that is of an older version closes the socket for good: the page is as old', async () => {
    const cursor = await current();
    using dashboard = await subscribeAt(cursorText({ ...cursor, epoch: `${projectionVersion - 1}.x` }));
    expect(await dashboard.client.closed).toBe(4504);
  });

  it('that is ahead of the gateway closes the socket, if the gateway does not get there', async () => {
    const { positions, ...cursor } = await current();
    using dashboard = await subscribeAt(cursorText({ ...cursor, positions: positions.map((n) => n + 1_000) }));
    expect(await dashboard.client.closed).toBe(4010);
  });

  it('that is ahead is waited for', async () => {
    const { positions, ...cursor } = await current();
    using dashboard = await subscribeAt(cursorText({ ...cursor, positions: positions.map((n) => n + 1) }));
    await tables.append([event('call.new', 'ahead-1'), event('call.new', 'ahead-2')]);
    expect((await dashboard.snapshot()).calls).toEqual([]);
  });

  it('works on another gateway that has just started', async () => {
    await tables.append([event('call.new', 'spooled')], { receivedAt: Date.now() - 110 * minuteMs });
    using dashboard = await openDashboard(gateway.port);
    await until(() => dashboard.calls.has('spooled'), { timeoutMs: 20_000, onTimeout: () => new Error('not there') });
    await tables.project();
    dashboard.client[Symbol.dispose]();
    // While it is away, a call goes on, and one is long over when its end arrives: nobody has that on a board.
    await tables.append([event('call.ongoing', 'ahead-1')]);
    await tables.append([event('call.finished', 'spooled')], { receivedAt: Date.now() - 100 * minuteMs });
    await tables.project();
    await using second = await startGateway(tables.env);
    await second.ready();
    using back = await openDashboard(second.port, {
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

  it('tells all events so far, once they are projected, and then each new one, once', async () => {
    await tables.append([event('call.new', 'w')]);
    using client = await watch('w');
    await tables.project();
    const { data } = (await client.next(isEvent('CallEvents'))) as MessageOf<'CallEvents'>;
    expect(data).toMatchObject({ call_id: 'w', events: [{ aggregate_id: 'w', event: { type: 'call.new' } }] });
    const again = waits('w');
    await tables.append([again, again, event('call.finished', 'w')]);
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

  it('of more calls than a socket may watch fails', async () => {
    using client = await connect(gateway.port);
    await tables.project();
    for (let i = 0; i < 21; i++) client.send({ event: 'WatchCall', data: { call_id: `many-${i}` } });
    expect(await client.next(isEvent('WatchCall'))).toMatchObject({ status: 'Failed' });
    await client.next(isEvent('CallEvents'));
  });
});
