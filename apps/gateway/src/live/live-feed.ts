import type { Kafka, Log } from '@callstream/runtime';
import type { Tables } from '@callstream/tables';
import { createBoardState } from '../board/board-state.ts';
import type { BoardState } from '../board/board-state.ts';
import type { Retention } from '../board/expiry.ts';
import { maintainBoard } from '../board/maintain-board.ts';
import type { MaintainedBoard } from '../board/maintain-board.ts';
import { readOffsets } from '../board/projection-monitor.ts';
import { createCallWatches } from '../call-watches/call-watches.ts';
import type { CallWatches, CallWatchesOptions } from '../call-watches/call-watches.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { PartCache, partBytesMax } from '../outbox/part-cache.ts';
import { createPartTurns } from '../outbox/part-turns.ts';
import { gatewayRequester } from '../scheduling/requester.ts';
import { createSingleFlight, scheduleNow } from '../scheduling/single-flight.ts';
import type { Schedule } from '../scheduling/single-flight.ts';
import { createBoardCondition } from './board-condition.ts';
import { createCursors } from './cursors.ts';
import { createResume } from './resume.ts';
import { createSnapshots } from './snapshots.ts';
import { createSubscriptions } from './subscriptions.ts';
import type { Subscriptions } from './subscriptions.ts';

/** Budget of the cached parts of snapshots and deltas, in bytes. */
const cacheBytesMax = 16 * 1024 * 1024;

export interface LiveFeedOptions {
  readonly kafka: Kafka;
  /** A pool of its own: the board must not wait behind the queries of clients. */
  readonly db: Tables;
  readonly topic: string;
  readonly retention: Retention;
  readonly coalesceMs: number;
  readonly listCallEvents: CallWatchesOptions['listCallEvents'];
  /** Turns to use the event loop. */
  readonly schedule: Schedule;
  readonly metrics: GatewayMetrics;
  readonly log: Log;
}

/** The board, its maintenance, and the clients that are sent its changes. */
export interface LiveFeed extends AsyncDisposable {
  readonly state: BoardState;
  readonly maintained: MaintainedBoard;
  readonly subscriptions: Subscriptions;
  readonly watches: CallWatches;
}

export function openLiveFeed(options: LiveFeedOptions): LiveFeed {
  const { kafka, db, topic, retention, coalesceMs, listCallEvents, schedule, metrics, log } = options;
  const state = createBoardState(retention);
  const cache = new PartCache({ bytesMax: cacheBytesMax, partBytesMax, turns: createPartTurns() });
  const condition = createBoardCondition();
  const cursors = createCursors(state);
  const snapshots = createSnapshots({ state, cursors, cache });
  const resume = createResume({ state, cursors, snapshots, condition, schedule });
  const subscriptions = createSubscriptions({ state, cursors, snapshots, resume, cache, coalesceMs, metrics });
  const projected = createSingleFlight((_all: null) => readOffsets(db), scheduleNow);
  const watches = createCallWatches({
    topic,
    positions: state.progress.positions,
    projected: () => projected(gatewayRequester, null),
    listCallEvents,
    queueOf: (callId) => state.board.get(callId)?.call?.queue ?? null,
  });
  const onChanged = (): void => {
    condition.notifyAll();
    subscriptions.changed();
  };
  const maintained = maintainBoard({ kafka, db, topic, state, onChanged, onEvents: watches.onEvents, metrics, log });
  return {
    state,
    maintained,
    subscriptions,
    watches,
    [Symbol.asyncDispose]: async () => {
      subscriptions[Symbol.dispose]();
      await maintained[Symbol.asyncDispose]();
    },
  };
}
