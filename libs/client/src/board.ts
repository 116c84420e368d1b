import { callOfLive } from '@callstream/contracts/live-call-of';
import type { Call } from '@callstream/domain';
import type { CallsChangedData, SnapshotData } from './messages.ts';
import { createListeners } from './store.ts';
import type { Store } from './store.ts';

/** What one notification is about. */
export interface Change {
  /** Calls that are new or say more than before, as they are now. */
  readonly changed: readonly Call[];
  /** call_ids that are not shown any more. */
  readonly gone: readonly string[];
  /** Everything that was there before was replaced; `changed` is all that there is. */
  readonly reset: boolean;
}

/** The calls that the subscription shows, by call_id. `get` makes a new map after a change, the first time it is asked. */
export type Board = Store<ReadonlyMap<string, Call>, Change>;

export interface WritableBoard extends Board {
  /** What is said when subscribing; what comes from now on is its answer. */
  readonly resume: () => { cursor?: string };
  /** What is held does not fit the next subscription: its answer replaces it. */
  readonly forgetCursor: () => void;
  /** Applies the parts of a snapshot once all are there, which is when it returns true. */
  readonly onSnapshot: (data: SnapshotData) => boolean;
  readonly onCallsChanged: (data: CallsChangedData) => void;
}

/** Keeps the newest version of each call that arrives. Without I/O. */
export function createBoard(): WritableBoard {
  const listeners = createListeners<Change>();
  let held = new Map<string, Call>();
  let shown: ReadonlyMap<string, Call> | undefined;
  let cursor: string | undefined;
  /** The next snapshot is of everything that matches, not of what changed. */
  let startsAnew = true;
  /** Frames that wait for the last part of their snapshot; undefined while none is under way. */
  let parts: (SnapshotData | CallsChangedData)[] | undefined;

  const apply = (frames: readonly (SnapshotData | CallsChangedData)[], reset: boolean): void => {
    const gone = new Set<string>();
    const changed = new Map<string, Call>();
    if (reset) {
      for (const callId of held.keys()) gone.add(callId);
      held = new Map();
    }
    for (const frame of frames) {
      for (const callId of frame.gone ?? []) {
        if (held.delete(callId)) gone.add(callId);
        changed.delete(callId);
      }
      for (const live of frame.calls) {
        const known = held.get(live.call_id);
        // A snapshot and the deltas beside it overlap.
        if (known && known.lastId > live.last_id) continue;
        const call = callOfLive(live);
        held.set(call.callId, call);
        changed.set(call.callId, call);
        gone.delete(call.callId);
      }
      cursor = frame.cursor ?? cursor;
    }
    if (!reset && changed.size === 0 && gone.size === 0) return;
    shown = undefined;
    listeners.tell({ changed: [...changed.values()], gone: [...gone], reset });
  };

  return {
    get: () => (shown ??= new Map(held)),
    subscribe: listeners.add,
    resume: () => {
      parts = undefined;
      startsAnew = cursor === undefined;
      return cursor === undefined ? {} : { cursor };
    },
    forgetCursor: () => {
      cursor = undefined;
    },
    onSnapshot: (data) => {
      if (data.part === 1) parts = [];
      if (!parts) return false;
      parts.push(data);
      if (data.part < data.parts) return false;
      const frames = parts;
      parts = undefined;
      apply(frames, startsAnew || frames.some((frame) => 'reset' in frame && frame.reset === true));
      startsAnew = false;
      return true;
    },
    onCallsChanged: (data) => {
      if (parts) parts.push(data);
      else apply([data], false);
    },
  };
}
