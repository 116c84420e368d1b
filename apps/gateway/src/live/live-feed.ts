import type { Kafka, Log } from '@callstream/runtime';
import type { Tables } from '@callstream/tables';
import { maintainBoard } from '../board/maintain-board.ts';
import type { MaintainedBoard } from '../board/maintain-board.ts';
import type { Retention } from '../board/expiry.ts';
import { gatewayRequester } from '../scheduling/requester.ts';
import { createSingleFlight, scheduleNow } from '../scheduling/single-flight.ts';
import type { Schedule } from '../scheduling/single-flight.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { createCallWatches } from './call-watches.ts';
import type { CallWatches, CallWatchesOptions } from './call-watches.ts';
import { PartCache } from './part-cache.ts';
import { partBytesMax } from './parts.ts';
import { createResume } from './resume.ts';
import { createSubscriptions } from './subscriptions.ts';
import type { Subscriptions } from './subscriptions.ts';
import { createBoardCondition } from './board-condition.ts';

/** Parts that are remembered for those who are told the same, in bytes. */
const cacheBytesMax = 16 * 1024 * 1024;

export interface LiveFeedOptions {
  readonly kafka: Kafka;
  /** Connections of its own: a board must not wait behind the lists of others. */
  readonly db: Tables;
  readonly topic: string;
  readonly keeping: Retention;
  readonly coalesceMs: number;
  readonly listCallEvents: CallWatchesOptions['listCallEvents'];
  /** Gives turns to those for whom a snapshot is to be made. */
  readonly enter: Schedule;
  readonly metrics: GatewayMetrics;
  readonly log: Log;
}

/** The board and those who watch it. */
export interface LiveFeed extends AsyncDisposable {
  readonly kept: MaintainedBoard;
  readonly subscriptions: Subscriptions;
  readonly watches: CallWatches;
}

export function openLiveFeed({
  keeping,
  coalesceMs,
  listCallEvents,
  enter,
  metrics,
  ...options
}: LiveFeedOptions): LiveFeed {
  const waiting = createBoardCondition();
  const kept = maintainBoard({
    ...{ ...options, keeping, metrics },
    onChanged: () => {
      waiting.look();
      subscriptions.changed();
    },
    onEvents: (events) => watches.onEvents(events),
  });
  const cache = new PartCache({ bytesMax: cacheBytesMax, partBytesMax });
  const resume = createResume(kept, { keeping, waiting, cache, enter });
  const subscriptions = createSubscriptions({ kept, resume, cache, coalesceMs, metrics });
  const projected = createSingleFlight((_all: null) => kept.projected(), scheduleNow);
  const watches = createCallWatches({
    ...{ topic: options.topic, positions: kept.progress.positions, listCallEvents },
    projected: () => projected(gatewayRequester, null),
    queueOf: (callId) => kept.board.get(callId)?.call?.queue ?? null,
  });
  return {
    ...{ kept, subscriptions, watches },
    [Symbol.asyncDispose]: async () => {
      subscriptions[Symbol.dispose]();
      await kept[Symbol.asyncDispose]();
    },
  };
}
