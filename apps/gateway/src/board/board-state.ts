import { CallBoard } from './board.ts';
import { createExpiry } from './expiry.ts';
import type { Expiry, Retention } from './expiry.ts';
import type { LoadedBoard } from './load-board.ts';
import { createBoardProgress } from './progress.ts';
import type { BoardProgress } from './progress.ts';

/** The board and what is known about it: maintained by `maintainBoard`, read by all who send it to clients. */
export interface BoardState {
  readonly board: CallBoard;
  readonly progress: BoardProgress;
  readonly expiry: Expiry;
  readonly retention: Retention;
  /** What Postgres had when the board was last loaded; null until then. */
  loaded: LoadedBoard | null;
}

export function createBoardState(retention: Retention): BoardState {
  const board = new CallBoard();
  return {
    board,
    progress: createBoardProgress(Date.now),
    expiry: createExpiry(board, retention, Date.now()),
    retention,
    loaded: null,
  };
}
