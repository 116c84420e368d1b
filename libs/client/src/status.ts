import { projectionVersion } from '@callstream/domain';
import type { FrameOf, SnapshotData } from './messages.ts';
import { createServerClock } from './server-clock.ts';
import { createStore } from './store.ts';
import type { Store } from './store.ts';

/** How far the board can be trusted. */
export interface Status {
  /**
   * `live`: the board follows the gateway. `waiting`: the connection is lost, and a retry follows. `stopped`: no retry follows;
   * `problem` says why.
   */
  readonly connection: 'connecting' | 'live' | 'waiting' | 'stopped';
  /** The board was true at this time, in ms since 1970 by the gateway's clock; null before the first snapshot. */
  readonly asOf: number | null;
  /** Records of the log that the gateway's board did not have yet, when it last sent a frame. */
  readonly lag: number;
  /** `asOf` is older than `staleAfterMs`: the connection is lost, or the gateway does not reach Kafka. */
  readonly isStale: boolean;
  /** The gateway's projection version is not the one of this client: reload the page. */
  readonly isOtherVersion: boolean;
  /** For the user: why the connection was refused, or a subscription failed. */
  readonly problem: string | null;
}

const initialStatus: Status = {
  connection: 'connecting',
  asOf: null,
  lag: 0,
  isStale: false,
  isOtherVersion: false,
  problem: null,
};

export interface StatusTracker {
  readonly store: Store<Status>;
  readonly set: (part: Partial<Status>) => void;
  /** The gateway's clock, in ms since 1970. */
  readonly now: () => number;
  readonly onHeartbeat: (data: FrameOf<'Heartbeat'>['data']) => void;
  readonly onSnapshot: (data: SnapshotData) => void;
  /** The connection is up, and the board (if any) is complete. */
  readonly onLive: () => void;
  /** Updates `isStale`, which changes while nothing arrives. */
  readonly checkAge: () => void;
}

export function trackStatus(staleAfterMs: number): StatusTracker {
  const clock = createServerClock();
  const { set, ...store } = createStore(initialStatus);
  const checkAge = (): void => {
    const { asOf } = store.get();
    if (asOf !== null) set({ isStale: clock.now() - asOf > staleAfterMs });
  };
  const onHeartbeat: StatusTracker['onHeartbeat'] = ({ as_of, now, lag }) => {
    clock.read(now);
    set({ asOf: as_of, lag });
    checkAge();
  };
  const onLive = (): void => set({ connection: 'live', problem: null });
  return {
    store,
    set,
    now: clock.now,
    onHeartbeat,
    onSnapshot: (data) => {
      onHeartbeat(data);
      set({ isOtherVersion: data.projection_version !== projectionVersion });
      onLive();
    },
    onLive,
    checkAge,
  };
}
