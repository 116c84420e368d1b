import { partitionsMax } from '@callstream/domain';
import type { Board, Entry } from '../board/board.ts';
import type { Cursor } from '../board/cursor.ts';
import type { Filter } from './filter.ts';

/** What a client is to be told: calls that match, and those that have left the board or do not match any more. */
export interface Told {
  readonly calls: readonly Entry[];
  readonly gone: readonly Entry[];
}

/** Every call that matches. */
export const everything = (board: Board, { matches }: Filter): Told => ({
  calls: [...board.entries()].filter(({ call }) => matches(call)),
  gone: [],
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

/**
 * What a client at a revision of this board does not know. Of calls that do not match it is told as gone those that it was
 * told of, if that is given; otherwise all, also those that it never had.
 */
export const changedAfter = (
  board: Board,
  filter: Filter,
  { revision, known }: { readonly revision: number; readonly known?: ReadonlySet<Entry> | null },
): Told => {
  const { calls, gone } = split(board.since(revision), filter);
  return { calls, gone: known ? gone.filter((entry) => known.has(entry)) : gone };
};

/**
 * Changes by the queues that their calls are in and were in, so that thousands of filters of a few queues each do not all
 * look at every change.
 */
export function changesByQueue(changed: readonly Entry[]): (filter: Pick<Filter, 'queues'>) => readonly Entry[] {
  const byQueue = new Map<string, Set<Entry>>();
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
export function changedNow(changed: readonly Entry[], { matches }: Filter): Told {
  const calls: Entry[] = [];
  const gone: Entry[] = [];
  for (const entry of changed)
    if (matches(entry.call)) calls.push(entry);
    else if (matches(entry.before)) gone.push(entry);
  return { calls, gone };
}

function split(entries: readonly Entry[], { matches }: Filter): Told {
  const calls: Entry[] = [];
  const gone: Entry[] = [];
  for (const entry of entries) (matches(entry.call) ? calls : gone).push(entry);
  return { calls, gone };
}
