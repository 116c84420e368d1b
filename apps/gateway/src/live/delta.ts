import { partitionsMax } from '@callstream/domain';
import type { CallBoard, BoardEntry } from '../board/board.ts';
import type { Cursor } from '../board/cursor.ts';
import type { CallFilter } from './call-filter.ts';

/** What a client is to be told: calls that match, and those that have left the board or do not match any more. */
export interface Delta {
  readonly calls: readonly BoardEntry[];
  readonly gone: readonly BoardEntry[];
}

/** Every call that matches. */
export const allMatching = (board: CallBoard, { matches }: CallFilter): Delta => ({
  calls: [...board.entries()].filter(({ call }) => matches(call)),
  gone: [],
});

/** What a client at `cursor` does not know: calls that changed, and those that it may still show though they have gone. */
export const deltaSinceCursor = (board: CallBoard, filter: CallFilter, { positions, leftUntil }: Cursor): Delta =>
  split(
    [...board.entries()].filter(
      ({ lastId, call, leavesAt }) =>
        Math.floor(lastId / partitionsMax) >= (positions[lastId % partitionsMax] ?? 0) ||
        (call === null && leavesAt > leftUntil),
    ),
    filter,
  );

/**
 * What a client at a revision of this board does not know. Of calls that do not match it is told as gone those that it was
 * told of, if that is given; otherwise all, also those that it never had.
 */
export const deltaSinceRevision = (
  board: CallBoard,
  filter: CallFilter,
  { revision, known }: { readonly revision: number; readonly known?: ReadonlySet<BoardEntry> | null },
): Delta => {
  const { calls, gone } = split(board.since(revision), filter);
  return { calls, gone: known ? gone.filter((entry) => known.has(entry)) : gone };
};

/**
 * Changes by the queues that their calls are in and were in, so that thousands of filters of a few queues each do not all
 * look at every change.
 */
export function changesByQueue(
  changed: readonly BoardEntry[],
): (filter: Pick<CallFilter, 'queues'>) => readonly BoardEntry[] {
  const byQueue = new Map<string, Set<BoardEntry>>();
  for (const entry of changed)
    for (const call of [entry.call, entry.before]) {
      const queue = call?.queue;
      if (queue === undefined || queue === null) continue;
      const known = byQueue.get(queue);
      if (known) known.add(entry);
      else byQueue.set(queue, new Set([entry]));
    }
  return ({ queues }) => {
    if (queues === null) return changed;
    const found = [...queues].flatMap((queue) => byQueue.get(queue) ?? []);
    return [...new Set(found.flatMap((entries) => [...entries]))];
  };
}

/** What changes for those who know the board as it was marked. */
export function deltaOfTick(changed: readonly BoardEntry[], { matches }: CallFilter): Delta {
  const calls: BoardEntry[] = [];
  const gone: BoardEntry[] = [];
  for (const entry of changed)
    if (matches(entry.call)) calls.push(entry);
    else if (matches(entry.before)) gone.push(entry);
  return { calls, gone };
}

function split(entries: readonly BoardEntry[], { matches }: CallFilter): Delta {
  const calls: BoardEntry[] = [];
  const gone: BoardEntry[] = [];
  for (const entry of entries) (matches(entry.call) ? calls : gone).push(entry);
  return { calls, gone };
}
