import type { BoardState } from '../board/board-state.ts';
import type { Cursor } from '../board/cursor.ts';
import type { PartCache } from '../outbox/part-cache.ts';
import { Backlog } from './backlog.ts';
import type { CallFilter } from './call-filter.ts';
import type { Cursors } from './cursors.ts';
import { allMatching, deltaSinceCursor, matchingInTurns } from './delta.ts';
import type { Delta } from './delta.ts';
import { snapshotText } from './parts.ts';

/** Budget of the cached snapshots, in bytes: most clients that reconnect at once have the same cursor. */
const cachedBytesMax = 8 * 1024 * 1024;
/** How long a snapshot is shared, in ms: its cursor must not become old. */
const sharedMs = 1_000;

export interface SnapshotRequest {
  /** The text of the client's cursor; undefined: it has none. */
  readonly cursor: string | undefined;
  /** What the cursor says, if the client can resume from it; null: it gets everything. */
  readonly resumeFrom: Cursor | null;
}

/** Snapshots of the board as it is now; clients with equal filters and cursors share one. */
export interface Snapshots {
  /** Finds calls and makes their texts in turns of the event loop: those of 20,000 calls that no client has got yet take 200 ms. */
  readonly get: (filter: CallFilter, request: SnapshotRequest) => Promise<Backlog>;
  /** Everything, in place of all that the client shows. */
  readonly reset: (filter: CallFilter) => Backlog;
  /** So that {@link reset} takes little time. */
  readonly prepare: (filter: CallFilter) => Promise<unknown>;
}

export interface SnapshotsOptions {
  readonly state: Pick<BoardState, 'board'>;
  readonly cursors: Pick<Cursors, 'current'>;
  readonly cache: PartCache;
}

export function createSnapshots({ state: { board }, cursors, cache }: SnapshotsOptions): Snapshots {
  let cached = new Map<string, Backlog>();
  let cachedBytes = 0;
  let cachedAt = { revision: -1, ms: 0 };

  const clearIfOld = (): void => {
    const now = { revision: board.revision(), ms: performance.now() };
    const isCurrent = now.revision === cachedAt.revision && now.ms - cachedAt.ms <= sharedMs;
    if (isCurrent && cachedBytes <= cachedBytesMax) return;
    cached = new Map();
    cachedBytes = 0;
    cachedAt = now;
  };
  const known = (filter: CallFilter, request: SnapshotRequest): Backlog | undefined => {
    clearIfOld();
    return cached.get(keyOf(filter, request));
  };
  const make = (filter: CallFilter, request: SnapshotRequest, delta: Delta): Backlog => {
    clearIfOld();
    const text = snapshotText({ cursor: cursors.current(filter), reset: isReset(request) });
    const snapshot = new Backlog({ board, delta, filter, text, cache });
    const key = keyOf(filter, request);
    cached.set(key, snapshot);
    cachedBytes += snapshot.byteLength + key.length;
    return snapshot;
  };
  // An empty cursor, from which no client can resume, makes it a reset.
  const resetRequest = { cursor: '', resumeFrom: null };
  const prepare = (filter: CallFilter): Promise<() => Delta> => matchingInTurns(board, filter);
  return {
    prepare,
    get: async (filter, request) => {
      const { resumeFrom } = request;
      const shared = known(filter, request);
      if (shared) return shared;
      if (resumeFrom) return make(filter, request, deltaSinceCursor(board, filter, resumeFrom));
      const matching = await prepare(filter);
      return known(filter, request) ?? make(filter, request, matching());
    },
    reset: (filter) => known(filter, resetRequest) ?? make(filter, resetRequest, allMatching(board, filter)),
  };
}

const isReset = ({ cursor, resumeFrom }: SnapshotRequest): boolean => cursor !== undefined && resumeFrom === null;

const keyOf = (filter: CallFilter, request: SnapshotRequest): string =>
  `${request.resumeFrom ? (request.cursor ?? '') : String(isReset(request))} ${filter.key}`;
