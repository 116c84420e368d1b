import { partitionsMax } from '@callstream/domain';
import type { Board, Entry } from '../board/board.ts';
import type { Cursor } from '../board/cursor.ts';
import type { Filter } from './filter.ts';
import type { Told } from './parts.ts';

/** Every call that matches. */
export const everything = (board: Board, { matches, masked }: Filter): Told => ({
  calls: [...board.entries()].filter(({ call }) => matches(call)),
  gone: [],
  masked,
});

/** What a client at `cursor` does not know: calls that changed, and those that it may still show though they have gone. */
export const changedSince = (board: Board, filter: Filter, { positions, leftUntil }: Cursor): Told =>
  split(
    [...board.entries()].filter(
      ({ lastId, call, leavesAt }) =>
        Math.floor(lastId / partitionsMax) >= (positions[lastId % partitionsMax] ?? 0) ||
        (call === null && leavesAt > leftUntil),
    ),
    filter,
  );

/** What a client at a revision of this board does not know; it may be told of calls as gone that it never had. */
export const changedAfter = (board: Board, filter: Filter, revision: number): Told =>
  split(board.since(revision), filter);

/** What changes for those who know the board as it was marked. */
export function changedNow(changed: readonly Entry[], { matches, masked }: Filter): Told {
  const calls: Entry[] = [];
  const gone: string[] = [];
  for (const entry of changed)
    if (matches(entry.call)) calls.push(entry);
    else if (matches(entry.before)) gone.push(entry.callId);
  return { calls, gone, masked };
}

function split(entries: readonly Entry[], { matches, masked }: Filter): Told {
  const calls: Entry[] = [];
  const gone: string[] = [];
  for (const entry of entries)
    if (matches(entry.call)) calls.push(entry);
    else gone.push(entry.callId);
  return { calls, gone, masked };
}
