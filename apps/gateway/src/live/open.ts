import type { Kafka, Log } from '@callstream/runtime';
import type { Tables } from '@callstream/tables';
import { keepBoard } from '../board/keep.ts';
import type { KeptBoard } from '../board/keep.ts';
import type { Keeping } from '../board/leaving.ts';
import { itself } from '../fair/asker.ts';
import { createSingleFlight, enterAtOnce } from '../fair/single-flight.ts';
import type { Enter } from '../fair/single-flight.ts';
import type { Metrics } from '../metrics.ts';
import { createCallWatches } from './call-watches.ts';
import type { CallWatches, Watching } from './call-watches.ts';
import { PartCache } from './part-cache.ts';
import { partBytesMax } from './parts.ts';
import { createResume } from './resume.ts';
import { createSubscriptions } from './subscriptions.ts';
import type { Subscriptions } from './subscriptions.ts';
import { createWaiting } from './waiting.ts';

/** Parts that are remembered for those who are told the same, in bytes. */
const cacheBytesMax = 16 * 1024 * 1024;

export interface LiveOptions {
  readonly kafka: Kafka;
  /** Connections of its own: a board must not wait behind the lists of others. */
  readonly db: Tables;
  readonly topic: string;
  readonly keeping: Keeping;
  readonly coalesceMs: number;
  readonly listCallEvents: Watching['listCallEvents'];
  /** Gives turns to those for whom a snapshot is to be made. */
  readonly enter: Enter;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** The board and those who watch it. */
export interface Live extends AsyncDisposable {
  readonly kept: KeptBoard;
  readonly subscriptions: Subscriptions;
  readonly watches: CallWatches;
}

export function openLive({ keeping, coalesceMs, listCallEvents, enter, metrics, ...options }: LiveOptions): Live {
  const waiting = createWaiting();
  const kept = keepBoard({
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
  const projected = createSingleFlight((_all: null) => kept.projected(), enterAtOnce);
  const watches = createCallWatches({
    ...{ topic: options.topic, positions: kept.progress.positions, listCallEvents },
    projected: () => projected(itself, null),
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
