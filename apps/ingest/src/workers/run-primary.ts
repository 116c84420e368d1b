import cluster from 'node:cluster';
import type { Worker } from 'node:cluster';
import type { BirpcReturn } from 'birpc';
import { createRegistry, startAdmin, stopDeadlineMs, stopSignal } from '@callstream/runtime';
import type { Log, Readiness } from '@callstream/runtime';
import { createRateLimits } from '../admission/rate-limits.ts';
import type { IngestConfig } from '../config.ts';
import { rateLimitsOf } from '../service-part.ts';
import { createBudget } from './budget.ts';
import { combineMetrics } from './combined-metrics.ts';
import { createFullWorkers } from './full-workers.ts';
import { killIfItHangs } from './hang-watchdog.ts';
import type { PrimaryCalls, WorkerCalls } from './messages.ts';
import { openChannel } from './open-channel.ts';
import { readinessOfService } from './readiness-of-service.ts';
import type { ServiceState } from './readiness-of-service.ts';
import { startWorkerProcesses } from './worker-processes.ts';

/** Time after `stopDeadlineMs` in which a worker ends by itself, in ms. */
const stopMarginMs = 2_000;

type WorkerChannel = BirpcReturn<WorkerCalls, PrimaryCalls>;

/** Distributes connections to workers, counts the limits of the service, and serves the admin port, until SIGTERM or SIGINT. */
export async function runPrimary(config: IngestConfig, log: Log): Promise<void> {
  const stopped = stopSignal();
  const { INGEST_WORKERS: workers } = config;
  /** Of the workers that accept webhooks. */
  const channels = new Map<number, WorkerChannel>();
  /** Those of them that are not about to stop. */
  const accepting = new Set<number>();
  const spool = createBudget(config.SPOOL_MAX_BYTES);
  const rateLimits = createRateLimits(rateLimitsOf(config));
  const fullWorkers = createFullWorkers((host, areAllFull) => {
    for (const channel of channels.values()) void channel.dropConnections(host, areAllFull).catch(() => undefined);
  });
  const metrics = combineMetrics(createRegistry(), async () => {
    const refresh = async ([worker, { readMetrics }]: [number, WorkerChannel]): Promise<void> =>
      metrics.update(worker, await readMetrics());
    await Promise.allSettled([...channels].map(refresh));
  });
  let port = config.INGEST_PORT;
  const connect = (worker: number, process: Worker): Promise<void> =>
    new Promise((resolve) => {
      const onChange = (isAnswering: boolean): void => {
        if (accepting.has(worker)) fullWorkers.setAccepting(worker, isAnswering);
      };
      const channel = openChannel<WorkerCalls, PrimaryCalls>(process.process, {
        join: () => {
          // From now on: a process that starts on a busy machine may take longer.
          void killIfItHangs({ process, worker, log }, { ping: () => channel.ping(), onChange });
          return { worker, workers };
        },
        started: (actualPort) => {
          port = actualPort;
          channels.set(worker, channel);
          accepting.add(worker);
          fullWorkers.setAccepting(worker, true);
          resolve();
        },
        admit: (addresses) => addresses.map(rateLimits.admit),
        countRefusals: (addresses) => addresses.forEach(rateLimits.countRefusal),
        resizeSpool: (wanted, used) => spool.resize(worker, wanted, used),
        setFull: (host, isFull) => fullWorkers.setFull(host, worker, isFull),
        ended: (last) => metrics.update(worker, last),
      });
    });
  // Its share of the spool stays, as its events do: its successor takes it over.
  const onEnd = (worker: number): void => {
    channels.delete(worker);
    metrics.end(worker);
    accepting.delete(worker);
    fullWorkers.end(worker);
  };

  let isStopping = false;
  await using admin = await startAdmin({
    hosts: config.ADMIN_HOST,
    port: config.INGEST_ADMIN_PORT,
    ready: () => readReadiness(channels, { isStopping, workers }),
    registry: metrics,
    log,
  });
  // In turns, also where Node leaves it to the operating system (Windows).
  cluster.schedulingPolicy = cluster.SCHED_RR;
  const processes = startWorkerProcesses({
    workers,
    stopTimeoutMs: config.STOP_DELAY_SECONDS * 1_000 + stopDeadlineMs + stopMarginMs,
    connect,
    onEnd,
    retire: (worker) => {
      const channel = channels.get(worker);
      channel?.retire().catch(() => undefined);
      // Its successor accepts again. Meanwhile connections that the others refuse must not be passed round.
      accepting.delete(worker);
      fullWorkers.setAccepting(worker, false);
      return channel !== undefined;
    },
    log,
  });
  process.on('SIGHUP', () => void processes.restart());
  try {
    if ((await Promise.race([processes.started, stopped])) === undefined)
      log.info({ port, admin_port: admin.port, topic: config.KAFKA_TOPIC, workers }, 'ingest.started');
    log.info({ signal: await stopped }, 'ingest.stopping');
  } finally {
    isStopping = true;
    await processes.stop();
  }
}

async function readReadiness(
  channels: ReadonlyMap<number, WorkerChannel>,
  service: Omit<ServiceState, 'running'>,
): Promise<Readiness> {
  const running = channels.size;
  const states = await Promise.allSettled([...channels.values()].map(({ readState }) => readState()));
  const answered = states.flatMap((state) => (state.status === 'fulfilled' ? [state.value] : []));
  return readinessOfService(answered, { ...service, running });
}
