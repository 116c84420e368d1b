import cluster from 'node:cluster';
import type { Log } from '@callstream/runtime';
import type { IngestConfig } from '../config.ts';
import { run } from '../run.ts';
import { rateLimitsOf } from '../service-part.ts';
import type { ObservedProcess, ServicePart } from '../service-part.ts';
import { readingBytesMax } from '../webhook/body.ts';
import { equalShare } from './budget.ts';
import { leaseRoom } from './lease-room.ts';
import type { PrimaryCalls, WorkerCalls } from './messages.ts';
import { openChannel } from './open-channel.ts';
import { createSharedRateLimits } from './shared-rate-limits.ts';
import { watchFull } from './watch-full.ts';

/** Accepts webhooks as one worker of several, until the primary stops it or ends. */
export async function runWorker(config: IngestConfig, serviceLog: Log): Promise<void> {
  // Otherwise Node ends a worker at once, with exit code 0, when its channel closes: on its own failure, or that of the primary.
  if (cluster.worker) cluster.worker.exitedAfterDisconnect = true;
  // A terminal that closes sends it to all its processes. The primary decides what it means.
  process.on('SIGHUP', () => undefined);
  const { promise: retired, resolve: retire } = Promise.withResolvers<string>();
  let observed: ObservedProcess | undefined;
  const setDropping: ((isDropping: boolean) => void)[] = [];
  const primary = openChannel<PrimaryCalls, WorkerCalls>(process, {
    ping: () => undefined,
    readState: () => observed?.readState() ?? Promise.reject(new Error('The worker has not started yet.')),
    readMetrics: () => observed?.registry.getMetricsAsJSON() ?? Promise.resolve([]),
    retire: () => retire('retired'),
    dropConnections: (host, isDropping) => setDropping[host]?.(isDropping),
  });
  const { INGEST_CONNECTIONS_MAX: connectionsMax, SPOOL_MAX_BYTES: max } = config;
  const { worker, workers } = await primary.join();
  const log = serviceLog.child({ worker });
  const part: ServicePart = {
    worker,
    workers,
    rateLimits: createSharedRateLimits(rateLimitsOf(config), primary),
    createRoom: (used) => leaseRoom({ max, workers, used, resize: primary.resizeSpool }),
    // The primary gives connections to workers in turns.
    connectionsMax: equalShare(connectionsMax, worker, workers),
    readingBytesMax: equalShare(readingBytesMax, worker, workers),
    retired,
    observe: (process) => {
      observed = process;
      const end = async (): Promise<void> => primary.ended(await process.registry.getMetricsAsJSON());
      // If the primary has ended, its metrics have, too.
      return Promise.resolve({ [Symbol.asyncDispose]: () => end().catch(() => undefined) });
    },
    started: async ({ servers, port }) => {
      for (const [host, server] of servers.entries())
        setDropping.push(watchFull(server, (isFull) => void primary.setFull(host, isFull).catch(() => undefined)));
      log.info({ port, pid: process.pid }, 'worker.started');
      await primary.started(port);
    },
  };
  const running = run(config, log, part);
  // `stopSignal` unrefs it, but nothing else keeps this process alive while the primary opens the port.
  process.channel?.ref();
  await running;
}
