import fc from 'fast-check';
import { compareText, noCounts } from '@callstream/domain';
import { Scope } from '../../access/scope.ts';
import { piecesOf } from '../../outbox/frame.ts';
import { PartCache, partBytesMax } from '../../outbox/part-cache.ts';
import type { SocketClient } from '../../outbox/socket-client.ts';
import { scheduleNow } from '../../scheduling/single-flight.ts';
import { buildQueueSnapshot } from '../build-queue-snapshot.ts';
import type { QueueSnapshot } from '../queue-snapshot.ts';
import { createViewCache } from '../view-cache.ts';
import { createWatchGroups } from '../watch-groups.ts';
import { createDeltaWatches } from './delta-watches.ts';
import { ChangeLog } from './change-log.ts';
import { testRules } from '../../../testing/counting-rules.ts';
import { fakeSocketClient } from '../../../testing/fake-socket-client.ts';

const asOf = Date.parse('2026-03-02T12:00:00Z');

/** Where an agent is logged in, and whether it pauses there. */
interface TestAgent {
  readonly actor: string;
  readonly queue: string;
  readonly number: string;
  readonly name: string | undefined;
  readonly isPaused: boolean;
}

const snapshotOf = (agents: readonly TestAgent[], at: number): Promise<QueueSnapshot> =>
  buildQueueSnapshot({
    rules: testRules,
    asOf: at,
    names: { queues: new Map(), agents: new Map(agents.flatMap(({ actor, name }) => (name ? [[actor, name]] : []))) },
    today: { from: '2026-03-02T00:00:00Z', to: '2026-03-03T00:00:00Z' },
    live: [],
    segments: [],
    presenceEvents: agents
      .toSorted((a, b) => compareText(a.actor, b.actor))
      .map(({ actor, queue, number, isPaused }) => ({
        actor,
        queue,
        number,
        heardAt: asOf,
        delayMs: 0,
        loggedIn: { at: asOf, id: 1 },
        loggedOut: null,
        paused: isPaused ? { at: asOf, id: 2 } : null,
        unpaused: null,
      })),
    calls: [],
    visits: agents.map(({ queue }, i) => ({
      ...noCounts,
      queue,
      begin: '2026-03-02T00:00:00Z',
      visits: i,
    })),
  });

type ShownItem = Record<string, unknown>;
interface SentFrame {
  readonly event: string;
  readonly status?: string;
  readonly id?: number;
  readonly data: ShownItem & { readonly gone?: string[]; readonly part?: number; readonly parts?: number };
}

const listNames = { Agents: 'agents', Queues: 'queues' } as const;
const idNames = { Agents: 'actor', Queues: 'queue' } as const;
type ListKind = keyof typeof listNames;

/** A client that takes frames only while it has room for them, and shows what they say. */
function createScreen(kind: ListKind, scope: () => Scope) {
  const items = new Map<string, ShownItem>();
  const frames: SentFrame[] = [];
  const held = new Set<unknown>();
  let room = Infinity;
  let head: ShownItem = {};
  const onFrame = ({ event, data }: SentFrame): void => {
    const { [listNames[kind]]: list, gone = [], part, parts, as_of: _, ...rest } = data;
    expect(event).toBe(part === undefined ? `${kind}Changed` : kind);
    if (part === 1) items.clear();
    if (part !== undefined) expect(part).toBeLessThanOrEqual(parts ?? 0);
    for (const item of list as ShownItem[]) items.set(String(item[idNames[kind]]), item);
    for (const id of gone) items.delete(id);
    head = rest;
  };
  const client = fakeSocketClient(scope, {
    hasRoom: () => room > 0,
    write: (frame) => {
      room--;
      const sent = JSON.parse(Buffer.concat(piecesOf(frame)).toString()) as SentFrame;
      frames.push(sent);
      onFrame(sent);
    },
    hold: (item) => void held.add(item),
    release: (item) => void held.delete(item),
  });
  return {
    client,
    frames,
    heldCount: () => held.size,
    setRoom: (frames: number) => (room = frames),
    shown: () => ({ items: [...items].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item), head }),
  };
}

/** Watches of snapshots that the test replaces. */
function watchesUnderTest(first: QueueSnapshot, cache = new PartCache({ bytesMax: 16_000_000, partBytesMax })) {
  let latest = first;
  const getSnapshot = () => Promise.resolve(latest);
  const groups = createWatchGroups();
  const options = { schedule: scheduleNow, onSerialized: () => undefined };
  const watches = createDeltaWatches({ ...options, getSnapshot, groups }, cache);
  const views = createViewCache({
    ...options,
    scheduleShort: scheduleNow,
    snapshots: { latest: getSnapshot, recent: getSnapshot },
  });
  return {
    groups,
    watches,
    set: (snapshot: QueueSnapshot) => (latest = snapshot),
    refresh: () => Promise.all(Array.from(groups.all(), watches.refresh)),
    /** The whole view, as it is sent without deltas. */
    wholeView: async (client: SocketClient, view: { kind: ListKind; queues?: readonly string[] }) => {
      const { bytes } = await views.read(client, { ...view, scope: client.scope() });
      const { [listNames[view.kind]]: items, as_of: _, ...head } = JSON.parse(bytes.toString()) as ShownItem;
      return { items, head };
    },
    watch: async (client: SocketClient, view: { kind: ListKind; queues?: readonly string[] }, id?: number) => {
      const group = groups.join(client, { ...view, scope: client.scope(), delta: true });
      watches.request(client, view.kind);
      await watches.inTurn(client, () => watches.answer(client, groups.of(client, view.kind) ?? group, id));
    },
  };
}

const queueIds = ['', '900', '901', '902'];
const agents: fc.Arbitrary<TestAgent[]> = fc.uniqueArray(
  fc.record({
    actor: fc.constantFrom('ana', 'bob', 'cem', 'dora', 'eva'),
    queue: fc.constantFrom(...queueIds),
    number: fc.constantFrom('5511912345678', '5511987654321'),
    name: fc.constantFrom(undefined, 'A name'),
    isPaused: fc.boolean(),
  }),
  { selector: ({ actor, queue }) => `${actor} ${queue}` },
);
const permissions = fc.record({
  queues: fc.constantFrom(null, ['900'], ['900', '902'], ['', '901'], []),
  masked: fc.boolean(),
});
const steps = fc.array(
  fc.oneof(
    fc.record({ does: fc.constant('snapshot' as const), of: fc.nat(2) }),
    fc.record({ does: fc.constant('refresh' as const) }),
    fc.record({ does: fc.constant('room' as const), frames: fc.nat(3) }),
    fc.record({ does: fc.constant('token' as const), permissions }),
    fc.record({ does: fc.constant('request' as const) }),
  ),
  { maxLength: 40 },
);

it.each(['Agents', 'Queues'] as const)(
  'whole and deltas of %s are in the end the whole view, whatever a client may see and however slowly it reads',
  async (kind) => {
    await fc.assert(
      fc.asyncProperty(
        // Few snapshots, so that one often comes again.
        fc.tuple(agents, agents, agents),
        permissions,
        fc.constantFrom(undefined, ['900', '901'], ['902']),
        steps,
        async (lists, granted, queues, does) => {
          let at = asOf;
          let scope = new Scope(granted);
          // An item a part.
          const cache = new PartCache({ bytesMax: 10_000, partBytesMax: 100 });
          const test = watchesUnderTest(await snapshotOf(lists[0], at), cache);
          const view = kind === 'Agents' && queues ? { kind, queues } : { kind };
          const screen = createScreen(kind, () => scope);
          await test.watch(screen.client, view, 1);
          for (const step of does) {
            if (step.does === 'snapshot') test.set(await snapshotOf(lists[step.of] ?? [], ++at));
            if (step.does === 'refresh') await test.refresh();
            if (step.does === 'room') screen.setRoom(step.frames);
            if (step.does === 'room') test.watches.onRoom(screen.client);
            if (step.does === 'request') await test.watch(screen.client, view);
            if (step.does === 'token') {
              const previous = test.groups.of(screen.client, kind);
              scope = new Scope(step.permissions);
              const group = test.groups.join(screen.client, { ...view, scope, delta: true });
              if (group !== previous) test.watches.rescope(screen.client, kind);
            }
          }
          screen.setRoom(Infinity);
          test.watches.onRoom(screen.client);
          await test.refresh();
          expect(screen.shown()).toEqual(await test.wholeView(screen.client, view));
          expect(screen.heldCount()).toBe(0);
        },
      ),
      { numRuns: 150 },
    );
  },
);

const manyAgents = (count: number, isPaused: (i: number) => boolean = () => false): TestAgent[] =>
  Array.from({ length: count }, (_, i) => ({
    actor: `agent-${String(i).padStart(6, '0')}@example.com`,
    queue: '900',
    number: String(i),
    name: undefined,
    isPaused: isPaused(i),
  }));
const everything = () => new Scope({ queues: null, masked: false });

it('sends 20,000 agents in parts of about 128 KiB, and of a change only the agent', async () => {
  const test = watchesUnderTest(await snapshotOf(manyAgents(20_000), asOf));
  const screen = createScreen('Agents', everything);
  await test.watch(screen.client, { kind: 'Agents' }, 7);
  const { parts = 0 } = screen.frames[0]!.data;
  expect(parts).toBeGreaterThan(10);
  expect(screen.frames.map(({ id, data }) => [id, data.part])).toEqual(
    Array.from({ length: parts }, (_, i) => [7, i + 1]),
  );
  const longest = Math.max(...screen.frames.map((frame) => JSON.stringify(frame).length));
  expect(longest).toBeGreaterThan(100_000);
  expect(longest).toBeLessThan(160_000);
  test.set(
    await snapshotOf(
      manyAgents(20_000, (i) => i === 12_345),
      asOf + 1,
    ),
  );
  await test.refresh();
  expect(screen.frames.slice(parts)).toMatchObject([
    { event: 'AgentsChanged', data: { as_of: asOf + 1, agents: [{ actor: 'agent-012345@example.com' }], gone: [] } },
  ]);
});

it('sends nothing when only the time of the snapshot is another', async () => {
  const test = watchesUnderTest(await snapshotOf(manyAgents(3), asOf));
  const screens = (['Agents', 'Queues'] as const).map((kind) => ({ kind, ...createScreen(kind, everything) }));
  for (const { client, kind } of screens) await test.watch(client, { kind }, 1);
  test.set(await snapshotOf(manyAgents(3), asOf + 1));
  await test.refresh();
  expect(screens.map(({ frames }) => frames.length)).toEqual([1, 1]);
});

it('a slow reader gets one conflated delta for all that it missed, and the whole view only if that is too much', async () => {
  const test = watchesUnderTest(await snapshotOf(manyAgents(3), asOf));
  const screen = createScreen('Agents', everything);
  await test.watch(screen.client, { kind: 'Agents' }, 1);
  screen.setRoom(0);
  for (let step = 1; step <= 9; step++) {
    test.set(
      await snapshotOf(
        manyAgents(3, (i) => i === step % 3),
        asOf + step,
      ),
    );
    await test.refresh();
  }
  screen.setRoom(10);
  test.watches.onRoom(screen.client);
  expect(screen.frames.slice(1).map(({ event }) => event)).toEqual(['AgentsChanged']);
  // More changes than are kept.
  screen.setRoom(0);
  test.set(
    await snapshotOf(
      manyAgents(50_100, () => true),
      asOf + 10,
    ),
  );
  await test.refresh();
  screen.setRoom(1_000);
  test.watches.onRoom(screen.client);
  expect(screen.frames[2]).toMatchObject({ event: 'Agents', data: { part: 1 } });
  expect(screen.frames[2]).not.toHaveProperty('id');
});

it('sends an agent again that changed and changed back while a slow reader took its part', async () => {
  const test = watchesUnderTest(await snapshotOf(manyAgents(3), asOf));
  const screen = createScreen('Agents', everything);
  screen.setRoom(0);
  await test.watch(screen.client, { kind: 'Agents' }, 1);
  test.set(
    await snapshotOf(
      manyAgents(3, (i) => i === 1),
      asOf + 1,
    ),
  );
  await test.refresh();
  screen.setRoom(1);
  test.watches.onRoom(screen.client);
  expect(screen.shown().items).toMatchObject([{}, { presence: 'paused' }, {}]);
  test.set(await snapshotOf(manyAgents(3), asOf + 2));
  await test.refresh();
  screen.setRoom(1);
  test.watches.onRoom(screen.client);
  expect(screen.shown()).toEqual(await test.wholeView(screen.client, { kind: 'Agents' }));
});

it('makes a part once for all clients that take the same', async () => {
  const test = watchesUnderTest(await snapshotOf(manyAgents(3), asOf));
  const pieces: Buffer[] = [];
  for (let i = 0; i < 3; i++) {
    const { client } = createScreen('Agents', everything);
    await test.watch({ ...client, write: (frame) => void pieces.push(piecesOf(frame)[1]!) }, { kind: 'Agents' }, i);
  }
  expect(pieces).toHaveLength(3);
  for (const piece of pieces) expect(piece).toBe(pieces[0]);
});

it('a change log that has forgotten changes says so, and not that there were none', () => {
  const log = new ChangeLog<string>({ idOf: (text) => text, isSame: () => true, changesMax: 3 });
  log.advance(['a', 'b'], 1);
  log.advance(['b', 'c'], 2);
  expect(log.since(0)).toBeNull();
  expect(log.since(1)).toEqual([
    { id: 'a', before: 'a', after: undefined },
    { id: 'c', before: undefined, after: 'c' },
  ]);
});
