import type { WritableBoard } from './board.ts';
import type { CallsChangedData, Filter, ServerFrame, SnapshotData } from './messages.ts';
import type { OnAnswer } from './requests.ts';

export interface BoardSubscriptionOptions {
  readonly filter: Filter;
  readonly board: WritableBoard;
  /** Sends a request; returns its id. */
  readonly ask: (event: string, data: object, onAnswer: OnAnswer) => number;
  /** The last part of a snapshot was applied. */
  readonly onComplete: (snapshot: SnapshotData) => void;
  readonly onFailed: (problem: string) => void;
}

/** Keeps the board subscribed: on each connection again, from its cursor if it has one. */
export interface BoardSubscription {
  /** Subscribes: on a new connection, or with a new filter. */
  readonly resume: () => void;
  readonly onFrame: (frame: ServerFrame) => void;
  /** Sets the filter of the next `resume`. */
  readonly setFilter: (filter: Filter) => void;
}

/** Frames before the answer to the last `Subscribe` belong to the subscription before it, so they are ignored. */
type SubscriptionState = { readonly kind: 'requested'; readonly id: number } | { readonly kind: 'answered' };

export function createBoardSubscription(options: BoardSubscriptionOptions): BoardSubscription {
  const { board, ask, onComplete, onFailed } = options;
  let { filter } = options;
  let state: SubscriptionState | undefined;

  const resume = (): void => {
    const resumed = board.resume();
    const id = ask('Subscribe', { ...filter, ...resumed }, (failure) => {
      if (failure === null) return;
      // The request itself is refused: a gateway that cannot answer now would close the socket instead.
      board.forgetCursor();
      if (resumed.cursor === undefined) onFailed(failure);
      else resume();
    });
    state = { kind: 'requested', id };
  };
  return {
    resume,
    onFrame: ({ event, data, id, status }) => {
      if (event === 'Snapshot' && status !== 'Failed') {
        if (state?.kind === 'requested' && state.id === id) state = { kind: 'answered' };
        if (state?.kind === 'answered' && board.onSnapshot(data as SnapshotData)) onComplete(data as SnapshotData);
      } else if (event === 'CallsChanged' && state?.kind === 'answered') board.onCallsChanged(data as CallsChangedData);
    },
    setFilter: (next) => {
      filter = next;
      board.forgetCursor();
    },
  };
}
