import fc from 'fast-check';
import { callOfLive, LiveCall, liveCallOf } from '@callstream/contracts';
import { factSet, factsOf, emptyFactSet, addsFacts, play, union } from '@callstream/domain';
import type { Call, FactSet } from '@callstream/domain';
import { eventsOf, logs } from '@callstream/domain/testing';
import { CallBoard } from '../board/board.ts';
import type { BoardEntry } from '../board/board.ts';
import type { Cursor } from '../board/cursor.ts';
import { createExpiry } from '../board/expiry.ts';
import { everything as everythingMayBeSeen, Scope } from '../access/scope.ts';
import { PartCache } from '../outbox/part-cache.ts';
import { createCallFilter } from './call-filter.ts';
import type { CallFilter } from './call-filter.ts';
import { Backlog } from './backlog.ts';
import { deltaText } from './parts.ts';
import {
  deltaSinceRevision,
  deltaOfTick,
  deltaSinceCursor,
  changesByQueue,
  allMatching,
  matchingInTurns,
} from './delta.ts';
import type { Delta } from './delta.ts';

const cache = new PartCache({ bytesMax: 100_000, partBytesMax: 2_000 });
/** All frames of a delta. */
function framesOf(board: CallBoard, delta: Delta, filter: CallFilter): Buffer[] {
  const backlog = new Backlog({ board, delta, filter, text: deltaText(''), cache });
  return Array.from({ length: backlog.parts }, (_, i) => backlog.part(i));
}

/** The call as a client with all permissions gets it. */
const callOf = (board: CallBoard, entry: BoardEntry): Call =>
  callOfLive(LiveCall.parse(JSON.parse(board.text(entry, everythingMayBeSeen).json)));

const retention = { keepMs: 10_000, staleAfterMs: 15_000 };

const filters: Parameters<typeof createCallFilter>[0][] = [
  {},
  { states: ['WAITING'] },
  { queues: ['900'] },
  { states: ['FINISHED'], queues: ['900'] },
];

/** A dashboard, which checks that no call goes back to an older version. */
function createScreen(filter: CallFilter) {
  const calls = new Map<string, Call>();
  return {
    filter,
    calls,
    revision: 0,
    cursor: { epoch: '', positions: [0], expiredUntil: 0 } as Cursor,
    receive: (frames: readonly Buffer[]): void => {
      for (const frame of frames) {
        const { data } = JSON.parse(frame.toString()) as { data: { calls: unknown[]; gone: string[] } };
        for (const live of data.calls) {
          const call = callOfLive(LiveCall.parse(live));
          const known = calls.get(call.callId);
          if (known) expect(call.lastId).toBeGreaterThanOrEqual(known.lastId);
          calls.set(call.callId, call);
        }
        for (const callId of data.gone) calls.delete(callId);
      }
    },
  };
}

interface ScreenStep {
  readonly does: 'event' | 'tick' | 'sweep' | 'behind' | 'away';
  /** Goes behind or away; or comes back, if it is behind or away already. */
  readonly screen: number;
}

const steps: fc.Arbitrary<ScreenStep[]> = fc.array(
  fc.record({
    does: fc.oneof(
      { weight: 6, arbitrary: fc.constant('event' as const) },
      { weight: 3, arbitrary: fc.constant('tick' as const) },
      { weight: 3, arbitrary: fc.constantFrom('sweep' as const, 'behind' as const, 'away' as const) },
    ),
    screen: fc.nat(3),
  }),
  { maxLength: 60 },
);

it('a client that is up to date, behind or disconnected for a while shows in the end what is on the board, and never an older version of a call', () => {
  fc.assert(
    fc.property(logs(30), steps, (log, todo) => {
      const events = eventsOf(log).entries();
      const board = new CallBoard();
      const expiry = createExpiry(board, retention, 0);
      let next = 0;
      let now = 0;
      const screens = filters.map((filter) => createScreen(createCallFilter(filter, everythingMayBeSeen)));
      /** What Postgres has. */
      const stored = new Map<string, FactSet>();
      const states = screens.map(() => 'live');
      const cursor = (): Cursor => ({ epoch: '', positions: [next], expiredUntil: expiry.expiredUntil() });
      const tick = (): void => {
        const changed = board.changedSince(board.tickRevision());
        screens.forEach((screen, i) => {
          if (states[i] !== 'live') return;
          const isUpToDate = screen.revision === board.tickRevision();
          const delta = isUpToDate
            ? deltaOfTick(changesByQueue(changed)(screen.filter), screen.filter)
            : deltaSinceRevision(board, screen.filter, screen);
          screen.receive(framesOf(board, delta, screen.filter));
          Object.assign(screen, { revision: board.revision(), cursor: cursor() });
        });
        board.endTick();
      };
      const comeBack = (i: number): void => {
        const screen = screens[i]!;
        const delta =
          states[i] === 'behind'
            ? deltaSinceRevision(board, screen.filter, screen)
            : deltaSinceCursor(board, screen.filter, screen.cursor);
        screen.receive(framesOf(board, delta, screen.filter));
        Object.assign(screen, { revision: board.revision(), cursor: cursor() });
        states[i] = 'live';
      };
      for (const step of todo)
        if (step.does === 'event') {
          const { value } = events.next();
          if (!value) continue;
          const { callId } = value[1];
          const facts = factSet(factsOf(value[1]));
          next = value[0] + 1;
          now = Math.max(now, value[1].receivedAt);
          if (callId === null) continue;
          const before = stored.get(callId) ?? emptyFactSet;
          const all = union(before, facts);
          stored.set(callId, all);
          if (!board.get(callId)?.call && !addsFacts(before, facts)) continue;
          const { call } = board.put(callId, board.get(callId)?.call ? facts : all);
          if (call) expiry.added(call);
        } else if (step.does === 'tick') tick();
        else if (step.does === 'sweep') expiry.sweep((now += 12_000), new Map([[0, next]]));
        else if (states[step.screen] === 'live') states[step.screen] = step.does;
        else comeBack(step.screen);
      tick();
      screens.forEach((screen, i) => {
        if (states[i] !== 'live') comeBack(i);
        const wanted = allMatching(board, screen.filter).calls.map(
          (entry) => [entry.callId, callOf(board, entry)] as const,
        );
        expect(screen.calls).toEqual(new Map(wanted));
      });
      const texts = allMatching(board, createCallFilter({}, everythingMayBeSeen)).calls.map(
        (entry) => board.text(entry, everythingMayBeSeen).json,
      );
      expect(board.sizes().bytes).toBe(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0));
    }),
    { numRuns: 1_000 },
  );
});

it('calls that are found in turns are all that match in the end, whatever changed meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(logs(30), fc.nat(100), async (log, percent) => {
      const events = eventsOf(log).filter(({ callId }) => callId !== null);
      const board = new CallBoard();
      const expiry = createExpiry(board, retention, 0);
      const put = (event: (typeof events)[number]): void => {
        const { call } = board.put(event.callId ?? '', factSet(factsOf(event)));
        if (call) expiry.added(call);
      };
      const before = Math.floor((events.length * percent) / 100);
      events.slice(0, before).forEach(put);
      const filter = createCallFilter({ states: ['WAITING', 'FINISHED'] }, everythingMayBeSeen);
      const finding = matchingInTurns(board, filter);
      events.slice(before).forEach(put);
      expiry.sweep((events.at(-1)?.receivedAt ?? 0) + 12_000, new Map([[0, events.length]]));
      const { calls } = (await finding)();
      expect(calls.length).toBe(new Set(calls).size);
      expect(new Set(calls)).toEqual(new Set(allMatching(board, filter).calls));
    }),
    { numRuns: 200 },
  );
});

it('a redelivered record changes nothing on the board', () => {
  fc.assert(
    fc.property(logs(10), (log) => {
      const events = eventsOf(log).filter(({ callId }) => callId !== null);
      const putAll = () => events.forEach((event) => board.put(event.callId ?? '', factSet(factsOf(event))));
      const board = new CallBoard();
      putAll();
      const revision = board.revision();
      putAll();
      expect(board.revision()).toBe(revision);
      const byCall = Map.groupBy(events, ({ callId }) => callId ?? '');
      for (const entry of board.entries()) {
        const facts = byCall.get(entry.callId)!.flatMap(factsOf);
        expect(callOf(board, entry)).toEqual(callOfLive(liveCallOf(play(entry.callId, factSet(facts)))));
      }
    }),
    { numRuns: 50 },
  );
});

it('phone numbers are masked in snapshots and in all kinds of deltas', () => {
  const board = new CallBoard();
  const body =
    '{"type":"call.new","call_id":"c1","direction":"inbound","our_number":"0800123000","their_number":"11987654321"}';
  for (const event of eventsOf([{ body, receivedAt: '2026-03-02T13:00:00.000Z' }])) {
    board.put(event.callId ?? '', factSet(factsOf(event)));
  }
  const masked = createCallFilter({}, new Scope({ queues: null, masked: true }));
  const start = { epoch: '', positions: [0], expiredUntil: 0 };
  const deltas = [
    allMatching(board, masked),
    deltaOfTick(board.changedSince(0), masked),
    deltaSinceRevision(board, masked, { revision: 0 }),
    deltaSinceCursor(board, masked, start),
  ];
  for (const delta of deltas) {
    const text = framesOf(board, delta, masked).map(String).join();
    expect(text).toContain('4321');
    expect(text).not.toContain('11987654321');
  }
});

it('a filter of queues examines only the changes of calls in these queues', () => {
  const board = new CallBoard();
  const put = (callId: string, queue: string, id: number): void => {
    const receivedAt = '2026-03-02T13:00:00.000Z';
    const [event] = eventsOf([
      { body: JSON.stringify({ type: 'call.waiting', call_id: callId, queue, timestamp: receivedAt, id }), receivedAt },
    ]);
    if (event) board.put(callId, factSet(factsOf(event)));
  };
  for (let id = 0; id < 100; id++) put(`c${id}`, String(900 + (id % 50)), id);
  const namesOf = (queues: string[]) => {
    const filter = createCallFilter({ queues }, everythingMayBeSeen);
    return changesByQueue(board.changedSince(0))(filter).map(({ callId }) => callId);
  };
  expect(namesOf(['900', '949', 'none']).toSorted()).toEqual(['c0', 'c49', 'c50', 'c99']);
  expect(namesOf(['none'])).toEqual([]);
});
