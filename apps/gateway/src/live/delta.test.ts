import fc from 'fast-check';
import { callOfLive, LiveCall, liveCallOf } from '@callstream/contracts';
import { factSet, factsOf, emptyFactSet, addsFacts, union } from '@callstream/domain';
import type { Call, FactSet } from '@callstream/domain';
import { eventsOf, logs } from '@callstream/domain/testing';
import { createCallBoard } from '../board/board.ts';
import type { CallBoard } from '../board/board.ts';
import type { Cursor } from '../board/cursor.ts';
import { createExpiry } from '../board/expiry.ts';
import { everything as everythingMayBeSeen } from '../access/scope.ts';
import { createCallFilter } from './call-filter.ts';
import type { CallFilter } from './call-filter.ts';
import { Backlog } from './backlog.ts';
import { PartCache } from './part-cache.ts';
import { changedFrames } from './parts.ts';
import { deltaSinceRevision, deltaOfTick, deltaSinceCursor, changesByQueue, allMatching } from './delta.ts';
import type { Delta } from './delta.ts';

const cache = new PartCache({ bytesMax: 100_000, partBytesMax: 2_000 });
/** All frames that tell it. */
function framesOf(board: CallBoard, told: Delta, filter: CallFilter): Buffer[] {
  const backlog = new Backlog({ board, told, filter, text: changedFrames(''), cache });
  return Array.from({ length: backlog.parts }, (_, i) => backlog.part(i));
}

const keeping = { keepMs: 10_000, staleMs: 15_000 };

const filters: Parameters<typeof createCallFilter>[0][] = [
  {},
  { states: ['WAITING'] },
  { queues: ['900'] },
  { states: ['FINISHED'], queues: ['900'] },
];

/** A dashboard; it checks that no call becomes less. */
function createScreen(filter: CallFilter) {
  const calls = new Map<string, Call>();
  return {
    ...{ filter, calls, revision: 0, cursor: { epoch: '', positions: [0], leftUntil: 0 } as Cursor },
    receive: (frames: readonly Buffer[]): void => {
      for (const frame of frames) {
        const { data } = JSON.parse(frame.toString()) as { data: { calls: unknown[]; gone: string[] } };
        for (const live of data.calls) {
          const call = callOfLive(LiveCall.parse(live));
          const held = calls.get(call.callId);
          if (held) expect(call.lastId).toBeGreaterThanOrEqual(held.lastId);
          calls.set(call.callId, call);
        }
        for (const callId of data.gone) calls.delete(callId);
      }
    },
  };
}

interface ScreenStep {
  readonly does: 'event' | 'tick' | 'sweep' | 'behind' | 'away';
  /** That is behind or away from then on; or comes back, if it is already. */
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

it('whoever is up to date, behind or away for a while shows in the end what is on the board, and never less', () => {
  fc.assert(
    fc.property(logs(30), steps, (log, todo) => {
      const events = eventsOf(log).entries();
      const board = createCallBoard();
      const leaving = createExpiry(board, keeping, 0);
      let next = 0;
      let now = 0;
      const screens = filters.map((asked) => createScreen(createCallFilter(asked, everythingMayBeSeen)));
      /** What Postgres has. */
      const stored = new Map<string, FactSet>();
      const states = screens.map(() => 'live');
      const cursor = (): Cursor => ({ epoch: '', positions: [next], leftUntil: leaving.leftUntil() });
      const tick = (): void => {
        const changed = board.since(board.marked());
        screens.forEach((screen, i) => {
          if (states[i] !== 'live') return;
          const isUpToDate = screen.revision === board.marked();
          const told = isUpToDate
            ? deltaOfTick(changesByQueue(changed)(screen.filter), screen.filter)
            : deltaSinceRevision(board, screen.filter, screen);
          screen.receive(framesOf(board, told, screen.filter));
          Object.assign(screen, { revision: board.revision(), cursor: cursor() });
        });
        board.mark();
      };
      const comeBack = (i: number): void => {
        const screen = screens[i]!;
        const told =
          states[i] === 'behind'
            ? deltaSinceRevision(board, screen.filter, screen)
            : deltaSinceCursor(board, screen.filter, screen.cursor);
        screen.receive(framesOf(board, told, screen.filter));
        Object.assign(screen, { revision: board.revision(), cursor: cursor() });
        states[i] = 'live';
      };
      for (const step of todo)
        if (step.does === 'event') {
          const { value } = events.next();
          if (!value) continue;
          const { callId } = value[1];
          const said = factSet(factsOf(value[1]));
          next = value[0] + 1;
          now = Math.max(now, value[1].receivedAt);
          if (callId === null) continue;
          const before = stored.get(callId) ?? emptyFactSet;
          const all = union(before, said);
          stored.set(callId, all);
          if (!board.get(callId)?.call && !addsFacts(before, said)) continue;
          const { call } = board.put(callId, board.get(callId)?.call ? said : all);
          if (call) leaving.came(call);
        } else if (step.does === 'tick') tick();
        else if (step.does === 'sweep') leaving.sweep((now += 12_000), new Map([[0, next]]));
        else if (states[step.screen] === 'live') states[step.screen] = step.does;
        else comeBack(step.screen);
      tick();
      screens.forEach((screen, i) => {
        if (states[i] !== 'live') comeBack(i);
        const wanted = allMatching(board, screen.filter).calls.map(({ callId, call }) => [callId, call] as const);
        expect(screen.calls).toEqual(new Map(wanted));
      });
      const texts = allMatching(board, createCallFilter({}, everythingMayBeSeen)).calls.map(
        (entry) => entry.json ?? '',
      );
      expect(board.sizes().bytes).toBe(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0));
    }),
    { numRuns: 1_000 },
  );
});

it('a record that comes again changes nothing', () => {
  fc.assert(
    fc.property(logs(10), (log) => {
      const events = eventsOf(log).filter(({ callId }) => callId !== null);
      const putAll = () => events.forEach((event) => board.put(event.callId ?? '', factSet(factsOf(event))));
      const board = createCallBoard();
      putAll();
      const revision = board.revision();
      putAll();
      expect(board.revision()).toBe(revision);
      for (const { call } of board.entries()) expect(callOfLive(liveCallOf(call!))).toEqual(call);
    }),
    { numRuns: 50 },
  );
});

it('for whom numbers are masked, they are so in whatever way it is told', () => {
  const board = createCallBoard();
  const body =
    '{"type":"call.new","call_id":"c1","direction":"inbound","our_number":"0800123000","their_number":"11987654321"}';
  for (const event of eventsOf([{ body, receivedAt: '2026-03-02T13:00:00.000Z' }])) {
    board.put(event.callId ?? '', factSet(factsOf(event)));
  }
  const masked = createCallFilter({}, { queues: null, masked: true });
  const start = { epoch: '', positions: [0], leftUntil: 0 };
  const ways = [
    allMatching(board, masked),
    deltaOfTick(board.since(0), masked),
    deltaSinceRevision(board, masked, { revision: 0 }),
    deltaSinceCursor(board, masked, start),
  ];
  for (const told of ways) {
    const text = framesOf(board, told, masked).map(String).join();
    expect(text).toContain('4321');
    expect(text).not.toContain('11987654321');
  }
});

it('a filter of queues looks at the changes of these alone, whatever else changed', () => {
  const board = createCallBoard();
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
    return changesByQueue(board.since(0))(filter).map(({ callId }) => callId);
  };
  expect(namesOf(['900', '949', 'none']).toSorted()).toEqual(['c0', 'c49', 'c50', 'c99']);
  expect(namesOf(['none'])).toEqual([]);
});
