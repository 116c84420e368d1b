import fc from 'fast-check';
import { callOfLive, LiveCall } from '@callstream/contracts';
import { factSet, factsOf } from '@callstream/domain';
import type { Call } from '@callstream/domain';
import { eventsOf, logs } from '@callstream/domain/testing';
import { everything, Scope } from '../access/scope.ts';
import { CallBoard } from '../board/board.ts';
import type { BoardState } from '../board/board-state.ts';
import { createExpiry } from '../board/expiry.ts';
import { scheduleNow } from '../scheduling/single-flight.ts';
import type { Sized } from '../outbox/unsent-budget.ts';
import { PartCache } from '../outbox/part-cache.ts';
import { createCallFilter } from './call-filter.ts';
import { createCursors } from './cursors.ts';
import { createResume } from './resume.ts';
import { createSnapshots } from './snapshots.ts';
import { createSubscriptions } from './subscriptions.ts';
import { allMatching } from './delta.ts';
import { createBoardCondition } from './board-condition.ts';
import { fakeSocketClient } from '../../testing/fake-socket-client.ts';

const retention = { keepMs: 10_000, staleAfterMs: 15_000 };
const scopes: readonly Scope[] = [
  everything,
  new Scope({ queues: null, masked: true }),
  new Scope({ queues: ['900'], masked: false }),
];
const filters = [{}, { states: ['WAITING' as const] }, { queues: ['900'] }];
/** Each twice: clients that are behind by as much share deltas. */
const views = [...scopes, ...scopes].flatMap((scope) => filters.map((filter) => ({ scope, filter })));

/** A board without a log, and its subscriptions. A part has about one call. */
function createTestBoard() {
  const board = new CallBoard();
  const expiry = createExpiry(board, retention, 0);
  const progress = { epoch: () => '1', completeUntil: () => [0], isAhead: () => false, asOf: () => 0, lag: () => 0 };
  const loaded = { positions: [], resumableFrom: new Map<number, number>() };
  const state = { board, expiry, progress, retention, loaded } as unknown as BoardState;
  const cache = new PartCache({ bytesMax: 5_000, partBytesMax: 300 });
  const cursors = createCursors(state);
  const snapshots = createSnapshots({ state, cursors, cache });
  const condition = createBoardCondition();
  const resume = createResume({ state, cursors, snapshots, condition, schedule: scheduleNow });
  const metrics = { subscriptions: { set: () => undefined }, changes: { inc: () => undefined } } as never;
  const subscriptions = createSubscriptions({ state, cursors, snapshots, resume, cache, coalesceMs: 0, metrics });
  return { board, expiry, subscriptions };
}
type TestBoard = ReturnType<typeof createTestBoard>;

/** A screen that takes a frame only when there is room, and checks that it never hears of a call that its scope hides. */
function createScreen(scope: Scope) {
  const calls = new Map<string, Call>();
  const seen = new Set<string>();
  const held = new Set<Sized>();
  const state = { room: 0, frames: 0 };
  let parts: { calls: unknown[]; gone?: string[] }[] = [];
  const receive = (text: string): void => {
    const { event, data } = JSON.parse(text) as {
      event: string;
      data: { calls: unknown[]; gone?: string[]; part?: number; parts?: number; reset?: true };
    };
    state.frames++;
    if (event === 'Heartbeat') return;
    parts = event === 'Snapshot' && data.part !== 1 ? [...parts, data] : [data];
    if (event === 'Snapshot') {
      expect(data.part).toBe(parts.length);
      if (data.part !== data.parts) return;
      if (data.reset) calls.clear();
    }
    for (const part of parts) {
      for (const live of part.calls) {
        const call = callOfLive(LiveCall.parse(live));
        calls.set(call.callId, call);
        seen.add(call.callId);
      }
      for (const callId of part.gone ?? []) {
        // Else it would learn that there is such a call.
        if (scope !== everything && !seen.has(callId)) expect(mayHaveSeen.has(callId)).toBe(true);
        calls.delete(callId);
      }
    }
  };
  /** Calls that its scope could see at some time. */
  const mayHaveSeen = new Set<string>();
  const client = fakeSocketClient(() => scope, {
    hasRoom: () => state.room > 0,
    write: (frame) => {
      state.room--;
      receive(typeof frame === 'string' ? frame : Buffer.concat(frame).toString());
    },
    hold: (item) => void held.add(item),
    release: (item) => void held.delete(item),
  });
  return { client, calls, held, state, mayHaveSeen };
}

type BoardStep =
  | { readonly does: 'events'; readonly count: number }
  | { readonly does: 'tick' }
  | { readonly does: 'sweep'; readonly afterMs: number }
  | { readonly does: 'take'; readonly screen: number; readonly frames: number };

const steps: fc.Arbitrary<BoardStep[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ does: fc.constant('events' as const), count: fc.integer({ min: 1, max: 6 }) }),
    },
    { weight: 3, arbitrary: fc.constant({ does: 'tick' as const }) },
    {
      weight: 1,
      arbitrary: fc.record({ does: fc.constant('sweep' as const), afterMs: fc.constantFrom(12_000, 80_000) }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        does: fc.constant('take' as const),
        screen: fc.nat(views.length - 1),
        frames: fc.constantFrom(1, 2, 20),
      }),
    },
  ),
  { maxLength: 120, size: 'max' },
);

it('a client that takes frames slowly, part by part, shows in the end what is on the board, and nothing that its scope hides', async () => {
  await fc.assert(
    fc.asyncProperty(logs(60), steps, fc.nat(20), async (log, todo, subscribeAfter) => {
      const world: TestBoard = createTestBoard();
      const { board, expiry, subscriptions } = world;
      using _ = subscriptions;
      const events = eventsOf(log).entries();
      const screens = views.map(({ scope, filter }) => ({
        ...createScreen(scope),
        filter: createCallFilter(filter, scope),
      }));
      let [next, now] = [0, 0];
      const note = (): void => {
        for (const { filter, mayHaveSeen } of screens)
          for (const { callId } of allMatching(board, filter).calls) mayHaveSeen.add(callId);
      };
      const put = (): void => {
        const { value } = events.next();
        if (!value) return;
        next = value[0] + 1;
        now = Math.max(now, value[1].receivedAt);
        const { callId } = value[1];
        const call = callId === null ? null : board.put(callId, factSet(factsOf(value[1]))).call;
        if (call) expiry.added(call);
        note();
      };
      const take = (screen: (typeof screens)[number], frames: number): void => {
        // Room that is not used now is left for later frames.
        screen.state.room += frames;
        subscriptions.onRoom(screen.client);
      };
      for (let i = 0; i < subscribeAfter; i++) put();
      await Promise.all(screens.map(({ client }, i) => subscriptions.subscribe(client, views[i]!.filter, 1)));
      for (const step of todo)
        if (step.does === 'events') for (let i = 0; i < step.count; i++) put();
        else if (step.does === 'tick') subscriptions.changed();
        else if (step.does === 'sweep') {
          expiry.sweep((now += step.afterMs), new Map([[0, next]]));
          subscriptions.changed();
        } else take(screens[step.screen]!, step.frames);
      subscriptions.changed();
      for (const screen of screens) {
        take(screen, 10_000);
        const wanted = allMatching(board, screen.filter).calls.map(({ callId }) => callId);
        expect([...screen.calls.keys()].toSorted()).toEqual(wanted.toSorted());
        for (const entry of allMatching(board, screen.filter).calls) {
          const { json } = board.text(entry, screen.filter.scope);
          expect(screen.calls.get(entry.callId)).toEqual(callOfLive(LiveCall.parse(JSON.parse(json))));
        }
      }
    }),
    { numRuns: 100 },
  );
});

it('a client with a restricted scope hears which calls have gone while it took a large delta', async () => {
  const { board, subscriptions } = createTestBoard();
  using _ = subscriptions;
  let at = 0;
  const waits = (queue: string, ...callIds: string[]): void => {
    const bodies = callIds.map((call_id) => {
      const receivedAt = new Date(Date.UTC(2026, 2, 2, 13, 0, ++at)).toISOString();
      return { body: JSON.stringify({ type: 'call.waiting', call_id, queue, timestamp: receivedAt }), receivedAt };
    });
    for (const event of eventsOf(bodies)) {
      const id = at * 4096;
      board.put(event.callId ?? '', factSet(factsOf(event).map((fact) => ({ ...fact, id }))));
    }
  };
  const { client, calls, state, mayHaveSeen } = createScreen(new Scope({ queues: ['900'], masked: false }));
  mayHaveSeen.add('a');
  waits('900', 'a');
  state.room = 10;
  await subscriptions.subscribe(client, {}, 1);
  waits('900', 'b');
  subscriptions.changed();
  state.room = 1;
  waits('900', 'c', 'd', 'e');
  subscriptions.changed();
  waits('901', 'a');
  subscriptions.changed();
  state.room = 100;
  subscriptions.onRoom(client);
  expect([...calls.keys()].toSorted()).toEqual(['b', 'c', 'd', 'e']);
});

it('a call that came and went between two ticks, while a client took a delta, is not left on its screen', async () => {
  const { board, subscriptions } = createTestBoard();
  using _ = subscriptions;
  const [event] = eventsOf([
    { body: JSON.stringify({ type: 'call.new', call_id: 'a' }), receivedAt: '2026-03-02T13:00:00.000Z' },
  ]);
  const comes = () => board.put('a', factSet(factsOf(event!)));
  const goes = () => board.expire({ callId: 'a', lastId: 1, expiresAt: 0, expiredAt: 0 });
  const { client, calls, state } = createScreen(everything);
  comes();
  state.room = 10;
  await subscriptions.subscribe(client, {}, 1);
  expect([...calls.keys()]).toEqual(['a']);
  state.room = 0;
  goes();
  subscriptions.changed();
  // The delta is made, and waits for room.
  subscriptions.onRoom(client);
  comes();
  state.room = 1;
  subscriptions.onRoom(client);
  expect([...calls.keys()]).toEqual(['a']);
  goes();
  state.room = 10;
  subscriptions.changed();
  expect([...calls.keys()]).toEqual([]);
});
