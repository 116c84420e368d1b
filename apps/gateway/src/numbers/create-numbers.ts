import { errorText } from '@callstream/resilience';
import type { Log } from '@callstream/runtime';
import type { GatewayMetrics } from '../metrics.ts';
import type { NamesFile } from '../names/names-file.ts';
import { gatewayRequester } from '../scheduling/requester.ts';
import type { Scheduler } from '../scheduling/scheduler.ts';
import { createNumberWatches } from './number-watches.ts';
import type { CountingRules } from './queue-snapshot.ts';
import { cacheQueueSnapshot } from './queue-snapshot-cache.ts';
import { readQueueSnapshot } from './read-queue-snapshot.ts';
import { createViewCache } from './view-cache.ts';

interface NumbersOptions extends Pick<Scheduler, 'pool' | 'compute' | 'computeShort'> {
  readonly rules: CountingRules;
  readonly names: NamesFile;
  readonly metrics: GatewayMetrics;
  readonly log: Log;
}

/** The numbers of queues and agents: their views, and the clients that watch them. */
export function createNumbers({ rules, pool, compute, computeShort, names, metrics, log }: NumbersOptions) {
  const snapshots = cacheQueueSnapshot(() =>
    pool.query(gatewayRequester, (db) => {
      const snapshot = readQueueSnapshot(db, { rules, names: names.current() }, Date.now());
      return metrics.timed('floor', snapshot);
    }),
  );
  const viewOptions = { schedule: compute, onSerialized: () => metrics.madeNumbers.inc() };
  const views = createViewCache({ ...viewOptions, scheduleShort: computeShort, snapshots });
  const onFailed = (error: unknown): void => {
    metrics.failures.inc({ asked_over: 'numbers' });
    log.warn({ error: errorText(error) }, 'numbers.failed');
  };
  return { views, watches: createNumberWatches({ ...viewOptions, getSnapshot: snapshots.latest, views, onFailed }) };
}
