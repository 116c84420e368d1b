import { liveCallOf } from '@callstream/contracts/live-call-of';
import { callsOfEvents, eventsOf, fixtureLog } from '@callstream/domain/testing';
import { createBoard } from './board.ts';
import { createBoardSubscription } from './subscription.ts';

const calls = [...callsOfEvents(eventsOf(fixtureLog('01-nominal'))).values()].map(liveCallOf);
const snapshot = (id: number, cursor: string, shown = calls) => ({
  ...{ event: 'Snapshot', status: 'Ok', id },
  data: { calls: shown, cursor, as_of: 0, now: 0, lag: 0, part: 1, parts: 1 },
});

/** A subscription, what it asks, and how its questions fail. */
function open() {
  const board = createBoard();
  const asked: object[] = [];
  const fail: ((failure: string) => void)[] = [];
  const problems: string[] = [];
  const subscription = createBoardSubscription({
    ...{ board, filter: { queues: ['900'] } },
    ask: (_event, data, onAnswer) => {
      fail.push((failure) => onAnswer(failure, undefined));
      return asked.push(data);
    },
    onComplete: () => undefined,
    onFailed: (problem) => problems.push(problem),
  });
  subscription.resume();
  return { board, asked, fail, problems, ...subscription };
}

describe('a subscription', () => {
  it('goes on from the last cursor', () => {
    const { asked, onFrame, resume } = open();
    onFrame(snapshot(1, 'a'));
    onFrame({ event: 'CallsChanged', data: { calls: [], gone: [], cursor: 'b' } });
    resume();
    expect(asked).toEqual([{ queues: ['900'] }, { queues: ['900'], cursor: 'b' }]);
  });

  it('asks for everything after its filter has changed, and takes nothing that was for the one before', () => {
    const { board, asked, onFrame, resume, setFilter } = open();
    onFrame(snapshot(1, 'a'));
    setFilter({ queues: ['901'] });
    resume();
    onFrame({ event: 'CallsChanged', data: { calls: [], gone: calls.map(({ call_id }) => call_id), cursor: 'b' } });
    onFrame(snapshot(1, 'c', []));
    expect(board.get().size).toBe(1);
    resume();
    onFrame(snapshot(3, 'd', []));
    expect(board.get().size).toBe(0);
    expect(asked.slice(1)).toEqual([{ queues: ['901'] }, { queues: ['901'] }]);
  });

  it('comes without its cursor if that is refused; what is refused then is a problem', () => {
    const { asked, fail, problems, onFrame, resume } = open();
    onFrame(snapshot(1, 'a'));
    resume();
    fail[1]?.('cursor: this is none of ours.');
    expect(asked.slice(1)).toEqual([{ queues: ['900'], cursor: 'a' }, { queues: ['900'] }]);
    expect(problems).toEqual([]);
    fail[2]?.('queues: too many');
    expect([asked.length, problems]).toEqual([3, ['queues: too many']]);
  });
});
