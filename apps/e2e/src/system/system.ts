import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectKafka, createLog, endOffsets } from '@callstream/runtime';
import type { Kafka } from '@callstream/runtime';
import { until } from '@callstream/stack';
import { connectTables, readPositions } from '@callstream/tables';
import type { Tables } from '@callstream/tables';
import { readMetric } from './ingest.ts';
import { pickPort } from './free-port.ts';
import { runOnce, startService } from './service-process.ts';
import type { ServiceProcess } from './service-process.ts';

export type ServiceName = 'ingest' | 'projector' | 'gateway';
const all: readonly ServiceName[] = ['ingest', 'projector', 'gateway'];

/** How each is run. */
export const commandOf = {
  ingest: ['apps/ingest/src/main.ts'],
  projector: ['apps/projector/src/main.ts', 'run'],
  gateway: ['apps/gateway/src/main.ts'],
} as const satisfies Record<ServiceName, readonly string[]>;

export interface SystemOptions {
  readonly brokers: readonly string[];
  readonly topic: string;
  /** An empty database. */
  readonly databaseUrl: string;
  /** Settings beside those that make it a system of its own. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Services that are started; the others wait for `start`. */
  readonly services?: readonly ServiceName[];
}

/** callstream as processes, on a topic and a database of its own. */
export interface System extends AsyncDisposable {
  readonly webhookUrl: string;
  readonly socketUrl: string;
  readonly topic: string;
  readonly kafka: Kafka;
  readonly db: Tables;
  /** Settings of its services, for commands on it. */
  readonly env: Readonly<Record<string, string>>;
  /** Starts a service that does not run, on the ports that it had; resolves when it is ready. */
  readonly start: (name: ServiceName) => Promise<void>;
  /** `kill -9`. */
  readonly kill: (name: ServiceName) => Promise<void>;
  readonly isRunning: (name: ServiceName) => boolean;
  /** Last lines of its log. */
  readonly tail: (name: ServiceName) => string;
  /** Resolves once every webhook that ingest has accepted by now is in the tables, also those in its spool. */
  readonly projected: (timeoutMs?: number) => Promise<void>;
}

export async function startSystem({
  brokers,
  topic,
  databaseUrl,
  settings = {},
  services = all,
}: SystemOptions): Promise<System> {
  await using cleanup = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'callstream-system-'));
  cleanup.defer(() => rm(dataDir, { recursive: true, force: true }));
  const ports = { ingest: await pickPort(), gateway: await pickPort() };
  const adminPorts = { ingest: await pickPort(), projector: await pickPort(), gateway: await pickPort() };
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
  const kafka = connectKafka({ brokers, clientId: 'e2e', log: createLog({ service: 'e2e', level: 'silent' }) });
  const db = connectTables({ url: databaseUrl, max: 4, applicationName: 'e2e' });
  cleanup.defer(() => db.end());
  await runOnce({ name: 'migrate', args: ['apps/projector/src/main.ts', 'migrate'], env });

  const running = new Map<ServiceName, ServiceProcess>();
  const start = async (name: ServiceName): Promise<void> => {
    running.set(name, await startService({ name, args: commandOf[name], env }, adminPorts[name]));
  };
  cleanup.defer(async () => {
    await Promise.all([...running.values()].map((service) => service[Symbol.asyncDispose]()));
  });
  // All are waited for, also if one fails: what was started is to be stopped.
  for (const started of await Promise.allSettled(services.map(start)))
    if (started.status === 'rejected') throw started.reason;

  /** Records that are not in the tables yet, by partition. */
  const waiting = async (): Promise<Map<number, number>> => {
    const [positions, ends] = await Promise.all([readPositions(db), endOffsets(kafka, topic)]);
    const lags = positions.map(
      ({ partition, nextOffset }) => [partition, (ends.get(partition)?.high ?? 0) - nextOffset] as const,
    );
    return new Map(lags.filter(([, lag]) => lag > 0));
  };
  const isRunning = (name: ServiceName): boolean => running.get(name)?.hasEnded() === false;
  /** Records in the spool of an ingest that runs. On a busy machine Kafka may answer too late, and events go there. */
  const spooled = async (): Promise<number> =>
    isRunning('ingest') ? readMetric(adminPorts.ingest, 'callstream_ingest_spool_records') : 0;
  /** What the projector says of itself. */
  const readiness = async (): Promise<string> =>
    fetch(`http://127.0.0.1:${adminPorts.projector}/readyz`).then(
      (answer) => answer.text(),
      (error: unknown) => String(error),
    );
  const owned = cleanup.move();
  return {
    webhookUrl: `http://127.0.0.1:${ports.ingest}/webhook`,
    socketUrl: `ws://127.0.0.1:${ports.gateway}/`,
    topic,
    kafka,
    db,
    env,
    start,
    kill: async (name) => {
      await running.get(name)?.kill();
      running.delete(name);
    },
    tail: (name) => running.get(name)?.tail() ?? '',
    isRunning,
    projected: async (timeoutMs = 60_000) => {
      let inSpool = 0;
      let lags = new Map<number, number>();
      const isProjected = async (): Promise<boolean> => {
        inSpool = await spooled();
        if (inSpool > 0) return false;
        lags = await waiting();
        return lags.size === 0;
      };
      const onTimeout = (): Error =>
        new Error(`Not projected: ${inSpool} wait in the spool, ${JSON.stringify([...lags])} in the log.`);
      await until(isProjected, { timeoutMs, everyMs: 20, onTimeout }).catch(async (error: unknown) => {
        const log = running.get('projector')?.tail() ?? '';
        throw new Error(`${(error as Error).message} The projector says: ${await readiness()}\n${log}`);
      });
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
