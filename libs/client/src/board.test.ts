import { liveCallOf } from '@callstream/contracts/live-call-of';
import { callsOfEvents, eventsOf, fixtureLog, logs } from '@callstream/domain/testing';
import type { Call } from '@callstream/domain';
import fc from 'fast-check';
import type { Change } from './board.ts';
import { createBoard } from './board.ts';
import type { SnapshotData } from './messages.ts';

const age = { as_of: 0, now: 0, lag: 0 };
const nominal = eventsOf(fixtureLog('01-nominal'));
const snapshot = (part: Partial<SnapshotData>): SnapshotData => ({ calls: [], ...age, part: 1, parts: 1, ...part });
const liveAfter = (events: number) => [...callsOfEvents(nominal.slice(0, events)).values()].map(liveCallOf);
/** As calls arrive that have no more segments and visits than fit. */
const received = (calls: ReadonlyMap<string, Call>) => [...calls.values()].map((call) => ({ ...call, more: false }));
const states = (board: ReturnType<typeof createBoard>) => [...board.get().values()].map(({ state }) => state);

function changesOf(board: ReturnType<typeof createBoard>): Change[] {
  const changes: Change[] = [];
  board.subscribe((change) => changes.push(change));
  return changes;
}

describe('the board', () => {
  it('equals the fold of the log, however it is split into frames, and with repeated frames', () => {
    fc.assert(
      fc.property(logs(40), fc.array(fc.nat(4), { minLength: 1 }), (log, steps) => {
        const events = eventsOf(log);
        const board = createBoard();
        board.resume();
        board.onSnapshot(snapshot({ cursor: '0' }));
        let sent = 0;
        for (let i = 0, done = 0; done < events.length; i++) {
          const step = steps[i % steps.length] ?? 1;
          done = Math.min(events.length, done + 1 + step);
          const now = callsOfEvents(events.slice(0, done));
          // Sometimes the last frame was lost with its connection: its calls are sent again.
          const since = step === 0 ? Number(board.resume().cursor) : sent;
          const touched = new Set(events.slice(since, done).map(({ callId }) => callId));
          const calls = [...now.values()].filter(({ callId }) => touched.has(callId)).map(liveCallOf);
          if (step === 0) {
            board.onSnapshot(snapshot({ calls: calls.slice(0, 1), parts: 2 }));
            board.onSnapshot(snapshot({ calls: calls.slice(1), part: 2, parts: 2, cursor: String(done) }));
          } else board.onCallsChanged({ calls, gone: [], ...(step % 2 === 0 && { cursor: String(done) }) });
          sent = done;
        }
        expect([...board.get().values()]).toEqual(expect.arrayContaining(received(callsOfEvents(events))));
        expect(board.get().size).toBe(callsOfEvents(events).size);
      }),
    );
  });

  it('applies a snapshot only when all parts have arrived, and drops the parts of an interrupted one', () => {
    const board = createBoard();
    const changes = changesOf(board);
    board.resume();
    expect(board.onSnapshot(snapshot({ calls: liveAfter(3), parts: 2 }))).toBe(false);
    expect(board.get().size).toBe(0);
    expect(board.resume()).toEqual({});
    expect(board.onSnapshot(snapshot({ part: 2, parts: 2, cursor: 'of the other connection' }))).toBe(false);
    expect(board.onSnapshot(snapshot({ cursor: 'a' }))).toBe(true);
    expect(changes).toEqual([{ changed: [], gone: [], reset: true }]);
    expect(board.resume()).toEqual({ cursor: 'a' });
  });

  it('applies a delta between two parts of a snapshot in order', () => {
    const board = createBoard();
    board.resume();
    board.onSnapshot(snapshot({ calls: liveAfter(2), parts: 2 }));
    board.onCallsChanged({ calls: liveAfter(5), gone: [] });
    board.onSnapshot(snapshot({ part: 2, parts: 2, cursor: 'a' }));
    expect([...board.get().values()]).toEqual(received(callsOfEvents(nominal.slice(0, 5))));
  });

  it('keeps its calls when it resumes, removes gone ones, and ignores older versions', () => {
    const board = createBoard();
    board.resume();
    board.onSnapshot(snapshot({ calls: liveAfter(5), cursor: 'a' }));
    const before = states(board);
    expect(board.resume()).toEqual({ cursor: 'a' });
    board.onSnapshot(snapshot({ calls: liveAfter(2), cursor: 'b' }));
    expect(states(board)).toEqual(before);
    const changes = changesOf(board);
    board.onCallsChanged({ calls: [], gone: [...board.get().keys(), 'never seen'] });
    expect(board.get().size).toBe(0);
    expect(changes).toEqual([{ changed: [], gone: [nominal[0]?.callId], reset: false }]);
  });

  it('is replaced by a reset, and reports the calls that are gone', () => {
    const board = createBoard();
    board.resume();
    board.onSnapshot(snapshot({ calls: liveAfter(5), cursor: 'a' }));
    board.resume();
    const changes = changesOf(board);
    const other = [...callsOfEvents(eventsOf(fixtureLog('16-internal'))).values()].map(liveCallOf);
    board.onSnapshot(snapshot({ calls: other, cursor: 'b', reset: true }));
    expect([...board.get().keys()]).toEqual(other.map(({ call_id }) => call_id));
    expect(changes).toMatchObject([{ gone: [nominal[0]?.callId], reset: true }]);
  });

  it('returns the same map until it changes, and never mutates a returned map', () => {
    const board = createBoard();
    board.resume();
    board.onSnapshot(snapshot({ calls: liveAfter(1), cursor: 'a' }));
    const before = board.get();
    board.onCallsChanged({ calls: [], gone: [], cursor: 'b' });
    expect(board.get()).toBe(before);
    board.onCallsChanged({ calls: [], gone: [...before.keys()] });
    expect([before.size, board.get().size]).toEqual([1, 0]);
  });
});
