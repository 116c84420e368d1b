import { offsetOf, partitionOf } from '@callstream/domain';
import type { BoardEntry, CallBoard } from '../board/board.ts';
import type { Cursor } from '../board/cursor.ts';
import { forEachInTurns } from '../scheduling/turns.ts';
import type { CallFilter } from './call-filter.ts';

/** What to send to a client: calls that match its filter, and those that have left the board or do not match any more. */
export interface Delta {
  readonly calls: readonly BoardEntry[];
  readonly gone: readonly BoardEntry[];
}

export const emptyDelta: Delta = { calls: [], gone: [] };

/** How many changes of calls it has. */
export const sizeOf = ({ calls, gone }: Delta): number => calls.length + gone.length;

/** Every call that matches: the content of a full snapshot. */
export function allMatching(board: CallBoard, { matches }: CallFilter): Delta {
  const calls: BoardEntry[] = [];
  for (const entry of board.entries()) if (matches(entry.call)) calls.push(entry);
  return { calls, gone: [] };
}

/**
 * The same, with the texts of the calls made, in turns of the event loop.
 * @returns gives every call that matches when it is called, in little time
 */
export async function matchingInTurns(board: CallBoard, filter: CallFilter): Promise<() => Delta> {
  const since = board.revision();
  const found: BoardEntry[] = [];
  const add = (entry: BoardEntry): void => {
    if (!filter.matches(entry.call)) return;
    board.text(entry, filter.scope);
    found.push(entry);
  };
  await forEachInTurns(board.entries(), add);
  return () => {
    // Those that changed meanwhile may be found or not, and match or not.
    const changed = board.changedSince(since);
    const unchanged = changed.length === 0 ? found : found.filter(({ revision }) => revision <= since);
    return { calls: [...unchanged, ...changed.filter(({ call }) => filter.matches(call))], gone: [] };
  };
}

/** What a client with this cursor does not know: calls that changed, and calls that left and that it may still show. */
export const deltaSinceCursor = (board: CallBoard, filter: CallFilter, { positions, expiredUntil }: Cursor): Delta =>
  split(
    [...board.entries()].filter(
      ({ lastId, call, expiresAt }) =>
        offsetOf(lastId) >= (positions[partitionOf(lastId)] ?? 0) || (call === null && expiresAt > expiredUntil),
    ),
    filter,
  );

/**
 * What a client at a revision of this board does not know.
 * @param known the calls that the client was sent: only these can be gone. Without it, calls that it never had can be too
 */
export const deltaSinceRevision = (
  board: CallBoard,
  filter: CallFilter,
  { revision, known }: { readonly revision: number; readonly known?: ReadonlySet<BoardEntry> | null },
): Delta => {
  const { calls, gone } = split(board.changedSince(revision), filter);
  return { calls, gone: known ? gone.filter((entry) => known.has(entry)) : gone };
};

/**
 * Indexes changes by the queues of their calls, now and at the last tick: thousands of filters of a few queues each must not
 * look at every change.
 */
export function changesByQueue(
  changed: readonly BoardEntry[],
): (filter: Pick<CallFilter, 'queues'>) => readonly BoardEntry[] {
  const byQueue = new Map<string, Set<BoardEntry>>();
  for (const entry of changed)
    for (const call of [entry.call, entry.callAtTick]) {
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

/** What changes for the clients that know the board as it was at the last tick. */
export function deltaOfTick(changed: readonly BoardEntry[], { matches }: CallFilter): Delta {
  const calls: BoardEntry[] = [];
  const gone: BoardEntry[] = [];
  for (const entry of changed)
    if (matches(entry.call)) calls.push(entry);
    else if (matches(entry.callAtTick)) gone.push(entry);
  return { calls, gone };
}

function split(entries: readonly BoardEntry[], { matches }: CallFilter): Delta {
  const calls: BoardEntry[] = [];
  const gone: BoardEntry[] = [];
  for (const entry of entries) (matches(entry.call) ? calls : gone).push(entry);
  return { calls, gone };
}
