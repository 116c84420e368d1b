import type { Server } from 'node:http';
import { startAdmin } from '@callstream/runtime';
import type { Log } from '@callstream/runtime';
import type { CreateRoom } from '@callstream/spool';
import type { Registry } from 'prom-client';
import { createRateLimits } from './admission/rate-limits.ts';
import type { RateLimits } from './admission/rate-limits.ts';
import type { IngestConfig } from './config.ts';
import { readinessOf } from './ready.ts';
import type { IngestState } from './ready.ts';
import { readingBytesMax } from './webhook/body.ts';

/** What a process has of the service: all of it, or what the primary gives to a worker. */
export interface ServicePart {
  /** Number of this process among the workers, from 0. */
  readonly worker: number;
  readonly workers: number;
  readonly rateLimits: RateLimits;
  /** What its spools may have of SPOOL_MAX_BYTES. Default: all. */
  readonly createRoom?: CreateRoom;
  /** Limit of open connections, per address. */
  readonly connectionsMax: number;
  /** Limit of all bodies that are being read, in bytes. */
  readonly readingBytesMax: number;
  /** Resolves when this process is to stop though the service does not. */
  readonly retired: Promise<string>;
  /** Makes state and metrics available, until it is disposed. */
  readonly observe: (observed: ObservedProcess) => Promise<AsyncDisposable>;
  /** To be called when it accepts webhooks. */
  readonly started: (listening: { readonly servers: readonly Server[]; readonly port: number }) => Promise<void>;
}

export interface ObservedProcess {
  readonly readState: () => Promise<IngestState>;
  readonly registry: Registry;
}

/** INGEST_WORKERS=1: this process is the service. */
export function wholeService(config: IngestConfig, log: Log): ServicePart {
  let adminPort = config.INGEST_ADMIN_PORT;
  return {
    worker: 0,
    workers: 1,
    rateLimits: createRateLimits(rateLimitsOf(config)),
    connectionsMax: config.INGEST_CONNECTIONS_MAX,
    readingBytesMax,
    retired: new Promise<never>(() => undefined),
    observe: async ({ readState, registry }) => {
      const admin = await startAdmin({
        hosts: config.ADMIN_HOST,
        port: config.INGEST_ADMIN_PORT,
        ready: async () => readinessOf(await readState()),
        registry,
        log,
      });
      adminPort = admin.port;
      return admin;
    },
    started: ({ port }) => {
      log.info({ port, admin_port: adminPort, topic: config.KAFKA_TOPIC }, 'ingest.started');
      return Promise.resolve();
    },
  };
}

export const rateLimitsOf = (config: IngestConfig) => ({
  requestsPerSecond: config.INGEST_REQUESTS_PER_SECOND_MAX,
  refusedPerMinute: config.INGEST_REFUSED_PER_MINUTE_MAX,
});
