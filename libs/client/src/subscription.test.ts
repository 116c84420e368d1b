import { liveCallOf } from '@callstream/contracts/live-call-of';
import { callsOfEvents, eventsOf, fixtureLog } from '@callstream/domain/testing';
import { createBoard } from './board.ts';
import { createBoardSubscription } from './subscription.ts';

const calls = [...callsOfEvents(eventsOf(fixtureLog('01-nominal'))).values()].map(liveCallOf);
const snapshot = (id: number, cursor: string, sent = calls) => ({
  event: 'Snapshot',
  status: 'Ok',
  id,
  data: { calls: sent, cursor, as_of: 0, now: 0, lag: 0, part: 1, parts: 1 },
});

/** A subscription, its requests, and a function for each that makes it fail. */
function open() {
  const board = createBoard();
  const requests: object[] = [];
  const fail: ((failure: string) => void)[] = [];
  const problems: string[] = [];
  const subscription = createBoardSubscription({
    board,
    filter: { queues: ['900'] },
    ask: (_event, data, onAnswer) => {
      fail.push((failure) => onAnswer(failure, undefined));
      return requests.push(data);
    },
    onComplete: () => undefined,
    onFailed: (problem) => problems.push(problem),
  });
  subscription.resume();
  return { board, requests, fail, problems, ...subscription };
}

describe('a subscription', () => {
  it('resumes from the last cursor', () => {
    const { requests, onFrame, resume } = open();
    onFrame(snapshot(1, 'a'));
    onFrame({ event: 'CallsChanged', data: { calls: [], gone: [], cursor: 'b' } });
    resume();
    expect(requests).toEqual([{ queues: ['900'] }, { queues: ['900'], cursor: 'b' }]);
  });

  it('subscribes without a cursor after its filter has changed, and ignores frames for the old filter', () => {
    const { board, requests, onFrame, resume, setFilter } = open();
    onFrame(snapshot(1, 'a'));
    setFilter({ queues: ['901'] });
    resume();
    onFrame({ event: 'CallsChanged', data: { calls: [], gone: calls.map(({ call_id }) => call_id), cursor: 'b' } });
    onFrame(snapshot(1, 'c', []));
    expect(board.get().size).toBe(1);
    resume();
    onFrame(snapshot(3, 'd', []));
    expect(board.get().size).toBe(0);
    expect(requests.slice(1)).toEqual([{ queues: ['901'] }, { queues: ['901'] }]);
  });

  it('subscribes without its cursor when that is refused, and reports a refusal after that as a problem', () => {
    const { requests, fail, problems, onFrame, resume } = open();
    onFrame(snapshot(1, 'a'));
    resume();
    fail[1]?.('cursor: not a cursor of this service.');
    expect(requests.slice(1)).toEqual([{ queues: ['900'], cursor: 'a' }, { queues: ['900'] }]);
    expect(problems).toEqual([]);
    fail[2]?.('queues: too many');
    expect([requests.length, problems]).toEqual([3, ['queues: too many']]);
  });
});
