import { callOfLive } from '@callstream/contracts/live-call-of';
import type { ReceivedCall } from '@callstream/contracts/live-call-of';
import type { CallsChangedData, SnapshotData } from './messages.ts';
import { createListeners } from './store.ts';
import type { Store } from './store.ts';

/** The difference between two versions of the board. */
export interface Change {
  /** Calls that are new or newer than before, as they are now. */
  readonly changed: readonly ReceivedCall[];
  /** call_ids that are no longer on the board. */
  readonly gone: readonly string[];
  /** The board was replaced: `changed` has all of its calls. */
  readonly reset: boolean;
}

/** The calls of the subscription, by call_id. `get` returns the same immutable map until the board changes. */
export type Board = Store<ReadonlyMap<string, ReceivedCall>, Change>;

export interface WritableBoard extends Board {
  /** The cursor to subscribe with, if there is one. Frames from now on belong to the new subscription. */
  readonly resume: () => { cursor?: string };
  /** Makes the next snapshot replace the board. */
  readonly forgetCursor: () => void;
  /** Applies a snapshot when its last part arrives: returns true then. */
  readonly onSnapshot: (data: SnapshotData) => boolean;
  readonly onCallsChanged: (data: CallsChangedData) => void;
}

type BoardFrame = SnapshotData | CallsChangedData;

/**
 * What happens to the next frame.
 *
 *             part 1                    last part: all are applied
 *     live ────────────▶ collecting ────────────────────────────────▶ live
 *      ▲                     │
 *      └──── resume() ───────┘ the parts are dropped
 */
type FrameState =
  | { readonly kind: 'live' }
  /** A snapshot is incomplete: its parts, and the deltas between them, wait for its last part. */
  | { readonly kind: 'collecting'; readonly frames: BoardFrame[] };

/** Keeps the newest version of each call. Without I/O. */
export function createBoard(): WritableBoard {
  const listeners = createListeners<Change>();
  const calls = new Map<string, ReceivedCall>();
  /** The map that `get` returns; undefined after a change. */
  let copy: ReadonlyMap<string, ReceivedCall> | undefined;
  let cursor: string | undefined;
  /** The next snapshot has every call, because the subscription had no cursor. */
  let isReplaced = true;
  let state: FrameState = { kind: 'live' };

  const apply = (frames: readonly BoardFrame[], reset: boolean): void => {
    const change = applyFrames(calls, frames, reset);
    cursor = frames.findLast((frame) => frame.cursor !== undefined)?.cursor ?? cursor;
    if (!reset && change.changed.length === 0 && change.gone.length === 0) return;
    copy = undefined;
    listeners.emit(change);
  };

  return {
    get: () => (copy ??= new Map(calls)),
    subscribe: listeners.add,
    resume: () => {
      state = { kind: 'live' };
      isReplaced = cursor === undefined;
      return cursor === undefined ? {} : { cursor };
    },
    forgetCursor: () => {
      cursor = undefined;
    },
    onSnapshot: (data) => {
      if (data.part === 1) state = { kind: 'collecting', frames: [] };
      // Without its first part, it is the rest of a snapshot of an earlier subscription.
      if (state.kind !== 'collecting') return false;
      const { frames } = state;
      frames.push(data);
      if (data.part < data.parts) return false;
      state = { kind: 'live' };
      apply(frames, isReplaced || frames.some((frame) => 'reset' in frame && frame.reset === true));
      isReplaced = false;
      return true;
    },
    onCallsChanged: (data) => {
      if (state.kind === 'collecting') state.frames.push(data);
      else apply([data], false);
    },
  };
}

/** Applies frames to `calls`, in order; `reset`: in place of all calls that are there. */
function applyFrames(calls: Map<string, ReceivedCall>, frames: readonly BoardFrame[], reset: boolean): Change {
  const gone = new Set<string>(reset ? calls.keys() : []);
  const changed = new Map<string, ReceivedCall>();
  if (reset) calls.clear();
  for (const frame of frames) {
    for (const callId of frame.gone ?? []) {
      if (calls.delete(callId)) gone.add(callId);
      changed.delete(callId);
    }
    for (const live of frame.calls) {
      const known = calls.get(live.call_id);
      // A snapshot may overlap with deltas before it.
      if (known && known.lastId > live.last_id) continue;
      const call = callOfLive(live);
      calls.set(call.callId, call);
      changed.set(call.callId, call);
      gone.delete(call.callId);
    }
  }
  return { changed: [...changed.values()], gone: [...gone], reset };
}
