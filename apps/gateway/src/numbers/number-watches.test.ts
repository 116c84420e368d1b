import { noCounts } from '@callstream/domain';
import type { AgentSegmentRow } from '@callstream/tables';
import { until } from '@callstream/stack';
import { everything, Scope } from '../access/scope.ts';
import { computeLimits } from '../scheduling/limits.ts';
import { createFairQueue } from '../scheduling/fair-queue.ts';
import type { FairQueueLimits } from '../scheduling/fair-queue.ts';
import { noNames } from '../names/name-maps.ts';
import { piecesOf } from '../outbox/frame.ts';
import type { QueueSnapshot } from './queue-snapshot.ts';
import { buildQueueSnapshot } from './build-queue-snapshot.ts';
import { createViewCache } from './view-cache.ts';
import { createNumberWatches } from './number-watches.ts';
import { testRules } from '../../testing/counting-rules.ts';
import { fakeSocketClient } from '../../testing/fake-socket-client.ts';

/** A snapshot with one agent in each of the queues 900 to 902, and `visits` of today in 900. The agent of 900 left a call at `leftAt`. */
const snapshot = (asOf: number, visits: number, leftAt: number | null = null): Promise<QueueSnapshot> =>
  buildQueueSnapshot({
    rules: Object.assign({}, testRules, { wrapUpMs: 60_000 }),
    asOf,
    names: noNames,
    today: { from: '2026-03-02T00:00:00Z', to: '2026-03-03T00:00:00Z' },
    live: [],
    segments: leftAt === null ? [] : [talkUntil(leftAt)],
    presenceEvents: ['900', '901', '902'].map((queue) => ({
      actor: `agent of ${queue}`,
      queue,
      number: null,
      heardAt: asOf,
      delayMs: 0,
      loggedIn: { at: (leftAt ?? asOf) - 60_000, id: 1 },
      loggedOut: null,
      paused: null,
      unpaused: null,
    })),
    calls: [],
    visits: [{ ...noCounts, queue: '900', begin: '2026-03-02T00:00:00Z', visits }],
  });

/** A snapshot with so many agents; the list of 15,000 is longer than 2 MiB. */
const longSnapshot = async (asOf: number, length = 15_000): Promise<QueueSnapshot> => {
  const { agents, ...few } = await snapshot(asOf, 1);
  const [agent] = agents;
  return { ...few, agents: Array.from({ length }, (_, i) => ({ ...agent!, actor: `${i}`.padStart(40, '0') })) };
};

const talkUntil = (leftAt: number): AgentSegmentRow => ({
  callId: 'c',
  callQueue: '900',
  actor: 'agent of 900',
  number: null,
  queue: '900',
  rangAt: null,
  rangLastAt: null,
  enteredAt: leftAt - 30_000,
  enteredLastAt: leftAt - 30_000,
  endedAt: leftAt,
  end: 'left',
  delayMs: 0,
  heardAt: leftAt,
});

interface SentMessage {
  readonly event: string;
  readonly id?: number;
  readonly error?: string;
  readonly data: {
    readonly agents: readonly { readonly actor: string; readonly presence: string; readonly until?: number }[];
    readonly total: { today: { visits: number } };
    readonly as_of: number;
  };
}
const fakeClient = (scope: () => Scope = () => everything) => {
  const sent: SentMessage[] = [];
  const frames: (readonly Buffer[])[] = [];
  const client = fakeSocketClient(scope, {
    send: (_kind, frame) => {
      frames.push(piecesOf(frame));
      sent.push(JSON.parse(Buffer.concat(piecesOf(frame)).toString()) as SentMessage);
    },
  });
  return { client, sent, frames };
};

/** Watches of a snapshot that the test replaces. */
function watchesUnderTest(limits: FairQueueLimits = computeLimits, read?: () => Promise<QueueSnapshot>) {
  let latest = snapshot(Date.now() - 1, 1);
  let serialized = 0;
  const failures: unknown[] = [];
  const getSnapshot = () => (read ? read() : latest);
  const { schedule } = createFairQueue(limits, () => undefined);
  const viewOptions = { schedule, onSerialized: () => serialized++ };
  const views = createViewCache({
    ...viewOptions,
    scheduleShort: viewOptions.schedule,
    snapshots: { latest: getSnapshot, recent: getSnapshot },
  });
  const watches = createNumberWatches({
    ...viewOptions,
    getSnapshot,
    views,
    onFailed: (error) => void failures.push(error),
  });
  return {
    watches,
    failures,
    serialized: () => serialized,
    set: (next: QueueSnapshot) => void (latest = Promise.resolve(next)),
    setVisits: (visits: number) => void (latest = snapshot(Date.now(), visits)),
    [Symbol.dispose]: () => watches[Symbol.dispose](),
  };
}
const within20s = (message: string) => ({ everyMs: 5, onTimeout: () => new Error(message) });

it('sends a change that comes after the cached snapshot, once the snapshot is read again', async () => {
  using test = watchesUnderTest();
  const { client, sent } = fakeClient();
  await test.watches.watchQueues(client, {}, 1);
  // The refresh starts at once, and still reads the old snapshot.
  test.watches.changed();
  test.setVisits(2);
  // Before the refresh that comes every ten seconds anyway.
  await until(() => sent.length === 2, within20s('the change was not sent'));
  expect(sent[1]).toMatchObject({ event: 'Queues', data: { total: { today: { visits: 2 } } } });
});

it('sends a list of 64 KiB and more to one client in a turn of the event loop', async () => {
  using test = watchesUnderTest();
  test.set(await longSnapshot(Date.now() - 1, 2_000));
  let turn = 0;
  const turnsOfSends: number[] = [];
  const clients = Array.from({ length: 3 }, () =>
    fakeSocketClient(() => everything, { send: () => void turnsOfSends.push(turn) }),
  );
  for (const client of clients) await test.watches.watchAgents(client, {}, 1);
  turnsOfSends.length = 0;
  const countTurns = (): void => {
    turn++;
    if (turnsOfSends.length < 3) setImmediate(countTurns);
  };
  countTurns();
  test.set(await longSnapshot(Date.now(), 2_001));
  test.watches.changed();
  await until(() => turnsOfSends.length === 3, within20s('the change was not sent'));
  expect(new Set(turnsOfSends).size).toBe(3);
});

it('sends agents and queues again when a wrap-up ends, without a change of the projection', async () => {
  const endOfWrapUp = Date.now() + 500;
  using test = watchesUnderTest(computeLimits, () => snapshot(Date.now(), 1, endOfWrapUp - 60_000));
  const { client, sent } = fakeClient();
  await test.watches.watchAgents(client, {}, 1);
  const first = sent[0]?.data.agents[0];
  expect(first).toMatchObject({ actor: 'agent of 900', presence: 'wrap_up', until: endOfWrapUp });
  // Before the refresh that comes every ten seconds anyway.
  const options = { everyMs: 5, onTimeout: () => new Error('the end of the wrap-up was not sent') };
  await until(() => sent.length === 2, options);
  expect(sent[1]?.data.agents[0]).toMatchObject({ actor: 'agent of 900', presence: 'available', since: endOfWrapUp });
  expect(sent[1]?.data.as_of).toBeGreaterThanOrEqual(endOfWrapUp);
});

it('reads again for deltas when a wrap-up ends', async () => {
  const endOfWrapUp = Date.now() + 500;
  let readAt = 0;
  using test = watchesUnderTest(computeLimits, () => {
    readAt = Date.now();
    return snapshot(readAt, 1, endOfWrapUp - 60_000);
  });
  await test.watches.watchAgents(fakeClient().client, { delta: true }, 1);
  expect(readAt).toBeLessThan(endOfWrapUp);
  const onTimeout = () => new Error('nothing was read at the end of the wrap-up');
  await until(() => readAt >= endOfWrapUp, { everyMs: 5, onTimeout });
});

it('answers every request of a burst, and serializes their view once', async () => {
  using test = watchesUnderTest();
  const { client, sent } = fakeClient();
  await Promise.all(Array.from({ length: 200 }, (_, id) => test.watches.watchQueues(client, {}, id)));
  expect(sent.map(({ id }) => id)).toEqual(Array.from({ length: 200 }, (_, id) => id));
  expect(test.serialized()).toBe(1);
});

it('sends the same buffer to all clients with the same view, not a copy', async () => {
  using test = watchesUnderTest();
  const clients = Array.from({ length: 3 }, () => fakeClient());
  await Promise.all(clients.map(({ client }, id) => test.watches.watchAgents(client, {}, id)));
  const [answer, ...others] = clients.map(({ frames }) => frames[0]?.[1]);
  expect(answer?.toString()).toContain('agent of 900');
  for (const other of others) expect(other).toBe(answer);
});

it('serializes once for filters that differ only in queues without an agent', async () => {
  using test = watchesUnderTest();
  const clients = Array.from({ length: 50 }, () => fakeClient());
  await Promise.all(
    clients.map(({ client }, i) =>
      test.watches.watchAgents(client, { queues: i % 2 ? ['900', `none ${i}`] : [`${i} none`, '900'] }, 1),
    ),
  );
  expect(test.serialized()).toBe(1);
  for (const { sent } of clients) expect(sent[0]?.data.agents.map(({ actor }) => actor)).toEqual(['agent of 900']);
});

it('rejects a watch that a newer one replaced before its turn, and answers the newer one', async () => {
  using test = watchesUnderTest();
  const { client, sent } = fakeClient();
  const older = test.watches.watchAgents(client, { queues: ['900'] }, 1);
  const newest = test.watches.watchAgents(client, { queues: ['901'] }, 2);
  await expect(older).rejects.toThrow('newer request');
  await newest;
  expect(sent).toMatchObject([{ id: 2, data: { agents: [{ actor: 'agent of 901' }] } }]);
});

it('keeps the watch of the newest of several equal requests when older ones are dropped', async () => {
  using test = watchesUnderTest({ ...computeLimits, waitingPerConnection: 2 });
  const { client, sent } = fakeClient();
  const requests = Array.from({ length: 5 }, (_, id) => test.watches.watchQueues(client, {}, id));
  const outcomes = (await Promise.allSettled(requests)).map(({ status }) => status);
  expect(outcomes).toEqual(['rejected', 'rejected', 'rejected', 'fulfilled', 'fulfilled']);
  expect(sent.map(({ id }) => id)).toEqual([3, 4]);
  test.setVisits(2);
  test.watches.changed();
  await until(() => sent.length === 3, within20s('the change was not sent'));
});

it('answers with the scope of a token that came while the view was serialized', async () => {
  using test = watchesUnderTest();
  let scope: Scope = everything;
  const { client, sent } = fakeClient(() => scope);
  const request = test.watches.watchAgents(client, {}, 1);
  scope = new Scope({ queues: ['902'], masked: true });
  test.watches.rescope(client);
  await request;
  expect(sent.some(({ id }) => id === 1)).toBe(true);
  for (const { data } of sent) expect(data.agents.map(({ actor }) => actor)).toEqual(['agent of 902']);
});

it('rejects new watches of an address whose watches name too many queues, but not those of other addresses', async () => {
  using test = watchesUnderTest();
  const hostile = { ...fakeClient().client, address: '198.51.100.1' };
  const names = (i: number) => Array.from({ length: 100 }, (_, n) => `${i} ${n} ${'x'.repeat(500)}`);
  const requests = Array.from({ length: 120 }, (_, i) =>
    test.watches.watchAgents({ ...hostile }, { queues: names(i) }, i),
  );
  const outcomes = await Promise.allSettled(requests);
  expect(outcomes.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(20);
  const { client, sent } = fakeClient();
  await test.watches.watchAgents(client, { queues: ['900'] }, 1);
  expect(sent).toHaveLength(1);
});

it('fails a watch without delta whose list is too long, and ends one whose list has become so, with the remedy', async () => {
  using test = watchesUnderTest();
  const [early, late] = [fakeClient(), fakeClient()];
  await test.watches.watchAgents(early.client, {}, 1);
  test.set(await longSnapshot(Date.now()));
  await expect(test.watches.watchAgents(late.client, {}, 1)).rejects.toThrow('"delta": true');
  test.watches.changed();
  await until(() => early.sent.length === 2, within20s('the watch was not ended'));
  expect(early.sent[1]).toMatchObject({ event: 'WatchAgents', status: 'Failed' });
  expect(early.sent[1]?.error).toContain('"delta": true');
  expect(early.sent[1]).not.toHaveProperty('id');
  // It has ended: it is not sent what fits again.
  test.setVisits(2);
  await test.watches.watchAgents(late.client, {}, 2);
  test.watches.changed();
  await test.watches.watchQueues(early.client, {}, 3);
  expect(early.sent.map(({ event }) => event)).toEqual(['Agents', 'WatchAgents', 'Queues']);
});

it('sends a watch with delta in parts, then what changed, and after a new token only what its scope shows', async () => {
  using test = watchesUnderTest();
  let scope: Scope = everything;
  const { client, sent, frames } = fakeClient(() => scope);
  client.write = (frame) => client.send('', frame);
  await test.watches.watchQueues(client, { delta: true }, 1);
  expect(sent).toMatchObject([{ event: 'Queues', status: 'Ok', id: 1, data: { part: 1, parts: 1 } }]);
  test.setVisits(2);
  test.watches.changed();
  await until(() => sent.length === 2, within20s('the change was not sent'));
  expect(sent[1]).toMatchObject({
    event: 'QueuesChanged',
    data: { total: { today: { visits: 2 } }, queues: [{ queue: '900' }], gone: [] },
  });
  scope = new Scope({ queues: ['902'], masked: true });
  test.watches.rescope(client);
  await until(() => sent.length === 3, within20s('the view of the new scope was not sent'));
  expect(sent[2]).toMatchObject({ event: 'Queues', data: { part: 1, total: { today: { visits: 0 } } } });
  expect(Buffer.concat(frames[2] ?? []).toString()).not.toContain('"900"');
});

it('rejects a watch with delta that one without it replaced before its turn', async () => {
  using test = watchesUnderTest();
  const { client, sent } = fakeClient();
  client.write = (frame) => client.send('', frame);
  const older = test.watches.watchAgents(client, { delta: true }, 1);
  const newest = test.watches.watchAgents(client, {}, 2);
  await expect(older).rejects.toThrow('newer request');
  await newest;
  expect(sent).toMatchObject([{ id: 2 }]);
  expect(sent[0]?.data).not.toHaveProperty('part');
});
