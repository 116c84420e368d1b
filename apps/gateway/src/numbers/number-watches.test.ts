import { noCounts } from '@callstream/domain';
import { until } from '@callstream/stack';
import { everything } from '../access/scope.ts';
import type { Scope } from '../access/scope.ts';
import type { SocketClient } from '../outbox/socket-client.ts';
import { computeLimits } from '../scheduling/limits.ts';
import { createFairQueue } from '../scheduling/fair-queue.ts';
import type { FairQueueLimits } from '../scheduling/fair-queue.ts';
import { piecesOf } from '../outbox/frame.ts';
import type { QueueSnapshot } from './queue-snapshot.ts';
import { buildQueueSnapshot } from './build-queue-snapshot.ts';
import { createViewCache } from './view-cache.ts';
import { createNumberWatches } from './number-watches.ts';

const floor = (asOf: number, visits: number): QueueSnapshot =>
  buildQueueSnapshot({
    rules: {
      ...{ timeZone: 'UTC', serviceLevelMs: 20_000, shortAbandonMs: 5_000, staleAfterMs: 7_200_000 },
      ...{ ringMsMax: 120_000, presenceStaleMs: 43_200_000, takeSeveralCalls: false },
    },
    asOf,
    today: { from: '2026-03-02T00:00:00Z', to: '2026-03-03T00:00:00Z' },
    live: [],
    segments: [],
    marks: ['900', '901', '902'].map((queue) => ({
      ...{ actor: `agent of ${queue}`, queue, number: null, heardAt: asOf, delayMs: 0 },
      ...{ loggedIn: { at: asOf, id: 1 }, loggedOut: null, paused: null, unpaused: null },
    })),
    visits: [{ ...noCounts, queue: '900', begin: '2026-03-02T00:00:00Z', visits }],
  });

interface SentMessage {
  readonly event: string;
  readonly id?: number;
  readonly data: {
    readonly agents: readonly { readonly actor: string }[];
    readonly total: { today: { visits: number } };
  };
}
const clientOf = (scope: () => Scope = () => everything) => {
  const sent: SentMessage[] = [];
  const frames: (readonly Buffer[])[] = [];
  const client: SocketClient = {
    address: '192.0.2.1',
    connection: {},
    isGone: () => false,
    scope,
    isAdmitted: () => true,
    authenticate: () => Promise.resolve(null),
    send: (_kind, frame) => {
      frames.push(piecesOf(frame));
      sent.push(JSON.parse(Buffer.concat(piecesOf(frame)).toString()) as SentMessage);
    },
    hasRoom: () => true,
    write: () => undefined,
    hold: () => undefined,
    release: () => undefined,
    close: () => undefined,
  };
  return { client, sent, frames };
};

/** Watches of a centre that is as the test says. */
function watching(limits: FairQueueLimits = computeLimits) {
  let latest = Promise.resolve(floor(Date.now() - 1, 1));
  let made = 0;
  const floors = () => latest;
  const { enter } = createFairQueue(limits, () => undefined);
  const texts = createViewCache({ floors, enter, onMade: () => made++ });
  const failures: unknown[] = [];
  const watches = createNumberWatches({ floors, texts, onFailed: (error) => void failures.push(error) });
  return {
    ...{ watches, failures, made: () => made },
    look: (visits: number) => void (latest = Promise.resolve(floor(Date.now(), visits))),
    [Symbol.dispose]: () => watches[Symbol.dispose](),
  };
}
const soon = (what: string) => ({ timeoutMs: 20_000, everyMs: 5, onTimeout: () => new Error(what) });

it('tells a change that comes after a look while the tables rest from it', async () => {
  using centre = watching();
  const { client, sent } = clientOf();
  await centre.watches.watchQueues(client, 1);
  // Told at once: of the look before it.
  centre.watches.changed();
  centre.look(2);
  // Sooner than the look that comes every ten seconds, whatever happens.
  await until(() => sent.length === 2, soon('it was not told'));
  expect(sent[1]).toMatchObject({ event: 'Queues', data: { total: { today: { visits: 2 } } } });
});

it('answers a burst of the same request every time, from numbers that were made once', async () => {
  using centre = watching();
  const { client, sent } = clientOf();
  await Promise.all(Array.from({ length: 200 }, (_, id) => centre.watches.watchQueues(client, id)));
  expect(sent.map(({ id }) => id)).toEqual(Array.from({ length: 200 }, (_, id) => id));
  expect(centre.made()).toBe(1);
});

it('sends the same bytes to all who see the same, and not a copy to each', async () => {
  using centre = watching();
  const clients = Array.from({ length: 3 }, () => clientOf());
  await Promise.all(clients.map(({ client }, id) => centre.watches.watchAgents(client, undefined, id)));
  const [answer, ...others] = clients.map(({ frames }) => frames[0]?.[1]);
  expect(answer?.toString()).toContain('agent of 900');
  for (const other of others) expect(other).toBe(answer);
});

it('makes one answer for filters of which the same is seen, whatever else they name', async () => {
  using centre = watching();
  const clients = Array.from({ length: 50 }, () => clientOf());
  await Promise.all(
    clients.map(({ client }, i) =>
      centre.watches.watchAgents(client, i % 2 ? ['900', `none ${i}`] : [`${i} none`, '900'], 1),
    ),
  );
  expect(centre.made()).toBe(1);
  for (const { sent } of clients) expect(sent[0]?.data.agents.map(({ actor }) => actor)).toEqual(['agent of 900']);
});

it('tells a watch that a newer one took its place before its turn came, and answers the newest', async () => {
  using centre = watching();
  const { client, sent } = clientOf();
  const older = centre.watches.watchAgents(client, ['900'], 1);
  const newest = centre.watches.watchAgents(client, ['901'], 2);
  await expect(older).rejects.toThrow('newer request');
  await newest;
  expect(sent).toMatchObject([{ id: 2, data: { agents: [{ actor: 'agent of 901' }] } }]);
});

it('goes on to watch by the newest of the same requests when there was no turn for the older ones', async () => {
  using centre = watching({ ...computeLimits, waitingPerConnection: 2 });
  const { client, sent } = clientOf();
  const asked = Array.from({ length: 5 }, (_, id) => centre.watches.watchQueues(client, id));
  const outcomes = (await Promise.allSettled(asked)).map(({ status }) => status);
  expect(outcomes).toEqual(['rejected', 'rejected', 'rejected', 'fulfilled', 'fulfilled']);
  expect(sent.map(({ id }) => id)).toEqual([3, 4]);
  centre.look(2);
  centre.watches.changed();
  await until(() => sent.length === 3, soon('it is not told of the change'));
});

it('answers by the token that counts when the answer is made', async () => {
  using centre = watching();
  let scope: Scope = everything;
  const { client, sent } = clientOf(() => scope);
  const asked = centre.watches.watchAgents(client, undefined, 1);
  scope = { queues: ['902'], masked: true };
  centre.watches.rescope(client);
  await asked;
  expect(sent.some(({ id }) => id === 1)).toBe(true);
  for (const { data } of sent) expect(data.agents.map(({ actor }) => actor)).toEqual(['agent of 902']);
});

it('of an address whose watches name too many queues refuses new ones, and not those of others', async () => {
  using centre = watching();
  const hostile = { ...clientOf().client, address: '198.51.100.1' };
  const names = (i: number) => Array.from({ length: 100 }, (_, n) => `${i} ${n} ${'x'.repeat(500)}`);
  const asked = Array.from({ length: 120 }, (_, i) => centre.watches.watchAgents({ ...hostile }, names(i), i));
  const outcomes = await Promise.allSettled(asked);
  expect(outcomes.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(20);
  const { client, sent } = clientOf();
  await centre.watches.watchAgents(client, ['900'], 1);
  expect(sent).toHaveLength(1);
});
