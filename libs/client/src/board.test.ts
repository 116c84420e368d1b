import { liveCallOf } from '@callstream/contracts/live-call-of';
import { callsOfEvents, eventsOf, fixtureLog, logs } from '@callstream/domain/testing';
import fc from 'fast-check';
import type { Change } from './board.ts';
import { createBoard } from './board.ts';
import type { SnapshotData } from './messages.ts';

const age = { as_of: 0, now: 0, lag: 0 };
const nominal = eventsOf(fixtureLog('01-nominal'));
const whole = (part: Partial<SnapshotData>): SnapshotData => ({ calls: [], ...age, part: 1, parts: 1, ...part });
const liveAfter = (events: number) => [...callsOfEvents(nominal.slice(0, events)).values()].map(liveCallOf);
const states = (board: ReturnType<typeof createBoard>) => [...board.get().values()].map(({ state }) => state);

function changesOf(board: ReturnType<typeof createBoard>): Change[] {
  const changes: Change[] = [];
  board.subscribe((change) => changes.push(change));
  return changes;
}

describe('the board', () => {
  it('is the fold of the log, however it was cut into frames, and whatever came twice', () => {
    fc.assert(
      fc.property(logs(40), fc.array(fc.nat(4), { minLength: 1 }), (log, steps) => {
        const events = eventsOf(log);
        const board = createBoard();
        board.resume();
        board.onSnapshot(whole({ cursor: '0' }));
        let seen = 0;
        for (let i = 0, done = 0; done < events.length; i++) {
          const step = steps[i % steps.length] ?? 1;
          done = Math.min(events.length, done + 1 + step);
          const now = callsOfEvents(events.slice(0, done));
          // Sometimes the frame before was lost with its connection, and what it said comes again.
          const since = step === 0 ? Number(board.resume().cursor) : seen;
          const touched = new Set(events.slice(since, done).map(({ callId }) => callId));
          const calls = [...now.values()].filter(({ callId }) => touched.has(callId)).map(liveCallOf);
          if (step === 0) {
            board.onSnapshot(whole({ calls: calls.slice(0, 1), parts: 2 }));
            board.onSnapshot(whole({ calls: calls.slice(1), part: 2, parts: 2, cursor: String(done) }));
          } else board.onCallsChanged({ calls, gone: [], ...(step % 2 === 0 && { cursor: String(done) }) });
          seen = done;
        }
        expect(board.get()).toEqual(callsOfEvents(events));
      }),
    );
  });

  it('shows a snapshot only when all of its parts are there, and forgets the parts of one that was cut off', () => {
    const board = createBoard();
    const changes = changesOf(board);
    board.resume();
    expect(board.onSnapshot(whole({ calls: liveAfter(3), parts: 2 }))).toBe(false);
    expect(board.get().size).toBe(0);
    expect(board.resume()).toEqual({});
    expect(board.onSnapshot(whole({ part: 2, parts: 2, cursor: 'of the other connection' }))).toBe(false);
    expect(board.onSnapshot(whole({ cursor: 'a' }))).toBe(true);
    expect(changes).toEqual([{ changed: [], gone: [], reset: true }]);
    expect(board.resume()).toEqual({ cursor: 'a' });
  });

  it('takes a change that comes between two parts after the part before it', () => {
    const board = createBoard();
    board.resume();
    board.onSnapshot(whole({ calls: liveAfter(2), parts: 2 }));
    board.onCallsChanged({ calls: liveAfter(5), gone: [] });
    board.onSnapshot(whole({ part: 2, parts: 2, cursor: 'a' }));
    expect([...board.get().values()]).toEqual([...callsOfEvents(nominal.slice(0, 5)).values()]);
  });

  it('keeps what it holds over a resume, loses what is gone, and does not go back to what is older', () => {
    const board = createBoard();
    board.resume();
    board.onSnapshot(whole({ calls: liveAfter(5), cursor: 'a' }));
    const before = states(board);
    expect(board.resume()).toEqual({ cursor: 'a' });
    board.onSnapshot(whole({ calls: liveAfter(2), cursor: 'b' }));
    expect(states(board)).toEqual(before);
    const changes = changesOf(board);
    board.onCallsChanged({ calls: [], gone: [...board.get().keys(), 'never seen'] });
    expect(board.get().size).toBe(0);
    expect(changes).toEqual([{ changed: [], gone: [nominal[0]?.callId], reset: false }]);
  });

  it('is replaced by a reset, and says what went', () => {
    const board = createBoard();
    board.resume();
    board.onSnapshot(whole({ calls: liveAfter(5), cursor: 'a' }));
    board.resume();
    const changes = changesOf(board);
    const other = [...callsOfEvents(eventsOf(fixtureLog('16-internal'))).values()].map(liveCallOf);
    board.onSnapshot(whole({ calls: other, cursor: 'b', reset: true }));
    expect([...board.get().keys()]).toEqual(other.map(({ call_id }) => call_id));
    expect(changes).toMatchObject([{ gone: [nominal[0]?.callId], reset: true }]);
  });

  it('gives the same map until something changes, and never changes one that it gave', () => {
    const board = createBoard();
    board.resume();
    board.onSnapshot(whole({ calls: liveAfter(1), cursor: 'a' }));
    const given = board.get();
    board.onCallsChanged({ calls: [], gone: [], cursor: 'b' });
    expect(board.get()).toBe(given);
    board.onCallsChanged({ calls: [], gone: [...given.keys()] });
    expect([given.size, board.get().size]).toEqual([1, 0]);
  });
});
