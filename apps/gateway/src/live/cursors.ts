import type { BoardState } from '../board/board-state.ts';
import { cursorText } from '../board/cursor.ts';
import type { Cursor } from '../board/cursor.ts';
import { cursorMsMax } from '../board/expiry.ts';
import type { CallFilter } from './call-filter.ts';

/** Makes cursors of the board as it is now, and compares cursors of clients with it. */
export interface Cursors {
  /** The cursor of a client that knows all of the board that it may see. */
  readonly current: (filter: CallFilter) => string;
  /** Whether the board has all that the client knows. A cursor of another log cannot be compared: nothing to wait for. */
  readonly isReached: (cursor: Cursor) => boolean;
  /** Whether all changes and departures since the cursor are known. */
  readonly isResumable: (cursor: Cursor) => boolean;
}

export function createCursors(state: BoardState): Cursors {
  const { progress, expiry, retention } = state;
  const isOfThisLog = ({ epoch, positions }: Cursor): boolean =>
    epoch === progress.epoch() && positions.length === progress.completeUntil().length;
  return {
    /**
     * A client with a restricted scope gets a cursor that has its positions but is too old to resume: a delta would have to
     * name calls that left the board or moved to a hidden queue, and so tell that they exist.
     */
    current: ({ isUnrestricted }) =>
      cursorText({
        epoch: progress.epoch(),
        positions: progress.completeUntil(),
        expiredUntil: isUnrestricted ? expiry.expiredUntil() : 0,
      }),
    isReached: (cursor) => !isOfThisLog(cursor) || !progress.isAhead(cursor.positions),
    isResumable: (cursor) =>
      isOfThisLog(cursor) &&
      cursor.expiredUntil >= Date.now() - cursorMsMax(retention) &&
      cursor.positions.every((offset, partition) => offset >= (state.loaded?.resumableFrom.get(partition) ?? 0)),
  };
}
