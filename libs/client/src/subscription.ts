import type { WritableBoard } from './board.ts';
import type { CallsChangedData, Filter, ServerFrame, SnapshotData } from './messages.ts';
import type { OnAnswer } from './requests.ts';

export interface BoardSubscriptionOptions {
  readonly filter: Filter;
  readonly board: WritableBoard;
  /** Sends a request; returns its id. */
  readonly ask: (event: string, data: object, onAnswer: OnAnswer) => number;
  /** The board is what the gateway shows, as of this snapshot. */
  readonly onComplete: (snapshot: SnapshotData) => void;
  readonly onFailed: (problem: string) => void;
}

/** Keeps the board subscribed: on each connection anew, from the cursor if there is one. */
export interface BoardSubscription {
  /** There is a new connection. */
  readonly resume: () => void;
  readonly onFrame: (frame: ServerFrame) => void;
  /** The filter of the next `resume`. */
  readonly setFilter: (filter: Filter) => void;
}

export function createBoardSubscription({
  board,
  ask,
  onComplete,
  onFailed,
  ...first
}: BoardSubscriptionOptions): BoardSubscription {
  let { filter } = first;
  let askedAs: number | undefined;
  /** The answer to the last Subscribe has begun: what came before it was for the one before. */
  let isAnswered = false;

  const resume = (): void => {
    isAnswered = false;
    const from = board.resume();
    askedAs = ask('Subscribe', { ...filter, ...from }, (failure) => {
      if (failure === null) return;
      // A gateway that cannot answer now closes the socket: a failure is of what was asked.
      board.forgetCursor();
      if (from.cursor === undefined) onFailed(failure);
      else resume();
    });
  };
  return {
    resume,
    onFrame: ({ event, data, id, status }) => {
      if (event === 'Snapshot' && status !== 'Failed') {
        isAnswered ||= id === askedAs;
        if (isAnswered && board.onSnapshot(data as SnapshotData)) onComplete(data as SnapshotData);
      } else if (event === 'CallsChanged' && isAnswered) board.onCallsChanged(data as CallsChangedData);
    },
    setFilter: (next) => {
      filter = next;
      board.forgetCursor();
    },
  };
}
