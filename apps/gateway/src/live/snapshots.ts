import type { BoardState } from '../board/board-state.ts';
import type { Cursor } from '../board/cursor.ts';
import type { PartCache } from '../outbox/part-cache.ts';
import { Backlog } from './backlog.ts';
import type { CallFilter } from './call-filter.ts';
import type { Cursors } from './cursors.ts';
import { allMatching, deltaSinceCursor } from './delta.ts';
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
  readonly get: (filter: CallFilter, request: SnapshotRequest) => Backlog;
  /** Everything, in place of all that the client shows. */
  readonly reset: (filter: CallFilter) => Backlog;
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
  const get = (filter: CallFilter, { cursor, resumeFrom }: SnapshotRequest): Backlog => {
    clearIfOld();
    const reset = cursor !== undefined && resumeFrom === null;
    const key = `${resumeFrom ? (cursor ?? '') : String(reset)} ${filter.key}`;
    const known = cached.get(key);
    if (known) return known;
    const delta = resumeFrom ? deltaSinceCursor(board, filter, resumeFrom) : allMatching(board, filter);
    const text = snapshotText({ cursor: cursors.current(filter), reset });
    const snapshot = new Backlog({ board, delta, filter, text, cache });
    cached.set(key, snapshot);
    cachedBytes += snapshot.byteLength + key.length;
    return snapshot;
  };
  // An empty cursor, from which no client can resume, makes it a reset.
  return { get, reset: (filter) => get(filter, { cursor: '', resumeFrom: null }) };
}
