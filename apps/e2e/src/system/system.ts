import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectKafka, createLog, endOffsets } from '@callstream/runtime';
import type { Kafka } from '@callstream/runtime';
import { freePort, until } from '@callstream/stack';
import { connectTables, readPositions } from '@callstream/tables';
import type { Tables } from '@callstream/tables';
import { createTopicsAndTables } from './create-topics-and-tables.ts';
import { readMetric } from './ingest.ts';
import { startService } from './service-process.ts';
import type { ProcessOptions, ServiceProcess } from './service-process.ts';

export type ServiceName = 'ingest' | 'projector' | 'gateway';
const serviceNames: readonly ServiceName[] = ['ingest', 'projector', 'gateway'];

/** The command line of each service, after `node`. */
export const commandOf = {
  ingest: ['apps/ingest/src/main.ts'],
  projector: ['apps/projector/src/main.ts', 'run'],
  gateway: ['apps/gateway/src/main.ts'],
} as const satisfies Record<ServiceName, readonly string[]>;

export interface SystemOptions {
  readonly brokers: readonly string[];
  readonly topic: string;
  /** A database that is empty, or has empty tables. */
  readonly databaseUrl: string;
  /** Settings in addition to those that isolate this system from others. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Services to start at once; by default all. `start` starts the others. */
  readonly services?: readonly ServiceName[];
  readonly session?: ProcessOptions['session'];
}

/** callstream as processes, on its own topic and database. */
export interface System extends AsyncDisposable {
  readonly webhookUrl: string;
  readonly socketUrl: string;
  readonly topic: string;
  readonly kafka: Kafka;
  readonly db: Tables;
  /** Settings of its services: run a command with them, and it works on this system. */
  readonly env: Readonly<Record<string, string>>;
  /** Starts a service that is not running, always on the same ports; resolves when it is ready. */
  readonly start: (name: ServiceName) => Promise<void>;
  /** `kill -9`. */
  readonly kill: (name: ServiceName) => Promise<void>;
  readonly isRunning: (name: ServiceName) => boolean;
  readonly pidOf: (name: ServiceName) => number | undefined;
  /** Last lines of the service's log. */
  readonly tail: (name: ServiceName) => string;
  /**
   * Resolves once every webhook that ingest has accepted so far is in the tables, those in its spool included.
   * @throws {Error} with the lag of each partition, after `timeoutMs` (default: 60,000)
   */
  readonly untilProjected: (timeoutMs?: number) => Promise<void>;
}

export async function startSystem({
  brokers,
  topic,
  databaseUrl,
  settings = {},
  services = serviceNames,
  session,
}: SystemOptions): Promise<System> {
  await using cleanup = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'callstream-system-'));
  cleanup.defer(() => rm(dataDir, { recursive: true, force: true }));
  const ports = { ingest: await freePort(), gateway: await freePort() };
  const adminPorts = { ingest: await freePort(), projector: await freePort(), gateway: await freePort() };
  const env = {
    KAFKA_BROKERS: brokers.join(','),
    KAFKA_TOPIC: topic,
    DATABASE_URL: databaseUrl,
    PROJECTOR_GROUP: `projector-${topic}`,
    INGEST_HOST: '127.0.0.1',
    GATEWAY_HOST: '127.0.0.1',
    ADMIN_HOST: '127.0.0.1',
    INGEST_PORT: String(ports.ingest),
    GATEWAY_PORT: String(ports.gateway),
    INGEST_ADMIN_PORT: String(adminPorts.ingest),
    PROJECTOR_ADMIN_PORT: String(adminPorts.projector),
    GATEWAY_ADMIN_PORT: String(adminPorts.gateway),
    DATA_DIR: dataDir,
    LOG_LEVEL: 'info',
    ...settings,
  };
  const log = createLog({ service: 'e2e', level: 'silent' });
  const kafka = connectKafka({ brokers, clientId: 'e2e', log });
  const db = connectTables({ url: databaseUrl, max: 4, applicationName: 'e2e' });
  cleanup.defer(() => db.end());
  await createTopicsAndTables({ kafka, topic, db, databaseUrl, log });

  const running = cleanup.use(startProcesses({ env, adminPorts, session }));
  // Waits for all, even if one fails: each process that was started must be stopped.
  for (const started of await Promise.allSettled(services.map(running.start)))
    if (started.status === 'rejected') throw started.reason;
  const owned = cleanup.move();
  return {
    webhookUrl: `http://127.0.0.1:${ports.ingest}/webhook`,
    socketUrl: `ws://127.0.0.1:${ports.gateway}/`,
    topic,
    kafka,
    db,
    env,
    start: running.start,
    kill: running.kill,
    tail: running.tail,
    isRunning: running.isRunning,
    pidOf: running.pidOf,
    untilProjected: (timeoutMs = 60_000) => untilProjected({ kafka, topic, db, adminPorts, running }, timeoutMs),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

type AdminPorts = Readonly<Record<ServiceName, number>>;
type Processes = Pick<System, 'start' | 'kill' | 'tail' | 'isRunning' | 'pidOf'>;

interface ProcessesOptions {
  readonly env: System['env'];
  readonly adminPorts: AdminPorts;
  readonly session: ProcessOptions['session'];
}

/** At most one process of each service. */
function startProcesses({ env, adminPorts, session }: ProcessesOptions): Processes & AsyncDisposable {
  const running = new Map<ServiceName, ServiceProcess>();
  return {
    start: async (name) => {
      running.set(name, await startService({ name, args: commandOf[name], env, session }, adminPorts[name]));
    },
    kill: async (name) => {
      await running.get(name)?.kill();
      running.delete(name);
    },
    tail: (name) => running.get(name)?.tail() ?? '',
    isRunning: (name) => running.get(name)?.hasEnded() === false,
    pidOf: (name) => running.get(name)?.pid,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...running.values()].map((service) => service[Symbol.asyncDispose]()));
    },
  };
}

interface ProjectionSource extends Pick<System, 'kafka' | 'topic' | 'db'> {
  readonly adminPorts: AdminPorts;
  readonly running: Processes;
}

async function untilProjected(source: ProjectionSource, timeoutMs: number): Promise<void> {
  const { adminPorts, running } = source;
  let spooled = 0;
  let lags = new Map<number, number>();
  const isProjected = async (): Promise<boolean> => {
    // On a busy machine Kafka may answer too late, and events go to the spool.
    spooled = running.isRunning('ingest') ? await readMetric(adminPorts.ingest, 'callstream_ingest_spool_records') : 0;
    if (spooled > 0) return false;
    lags = await lagsOf(source);
    return lags.size === 0;
  };
  const onTimeout = (): Error =>
    new Error(`Not projected: ${spooled} events in the spool, lag by partition ${JSON.stringify([...lags])}.`);
  await until(isProjected, { timeoutMs, everyMs: 20, onTimeout }).catch(async (error: unknown) => {
    const readiness = await fetch(`http://127.0.0.1:${adminPorts.projector}/readyz`).then(
      (response) => response.text(),
      (failure: unknown) => String(failure),
    );
    const { message } = error as Error;
    throw new Error(`${message} /readyz of the projector: ${readiness}\n${running.tail('projector')}`);
  });
}

/** Records that are not in the tables yet, by partition; only partitions that have some. */
async function lagsOf({ kafka, topic, db }: Pick<System, 'kafka' | 'topic' | 'db'>): Promise<Map<number, number>> {
  const [positions, ends] = await Promise.all([readPositions(db), endOffsets(kafka, topic)]);
  const lags = positions.map(
    ({ partition, nextOffset }) => [partition, (ends.get(partition)?.high ?? 0) - nextOffset] as const,
  );
  return new Map(lags.filter(([, lag]) => lag > 0));
}
