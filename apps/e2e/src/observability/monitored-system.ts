import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startProxy, until } from '@callstream/stack';
import type { Proxy } from '@callstream/stack';
import { captureMs, startAmiServer } from '../asterisk/ami-server.ts';
import type { AmiServer } from '../asterisk/ami-server.ts';
import { startConnector } from '../asterisk/connector.ts';
import type { Connector } from '../asterisk/connector.ts';
import { openDashboard } from '../clients/dashboard.ts';
import { startPrometheus } from './prometheus.ts';
import type { Prometheus } from './prometheus.ts';
import { createSender } from '../load/sender.ts';
import { startIdleDelegator } from '../delegator/idle-delegator.ts';
import { startService } from '../system/service-process.ts';
import type { ServiceProcess } from '../system/service-process.ts';
import { startProxiedSystem } from '../system/proxied-system.ts';
import type { ProxiedSystem } from '../system/proxied-system.ts';

export interface MonitoredSystemOptions {
  readonly settings: Readonly<Record<string, string>>;
  /** Factor by which Prometheus scrapes faster, and alerts wait less. */
  readonly speedUp: number;
}

/** A system with traffic and an open dashboard, monitored by Prometheus; and the means to break it. */
export interface MonitoredSystem extends ProxiedSystem {
  readonly prometheus: Prometheus;
  readonly projector: ServiceProcess;
  /** A PBX that plays a capture when it is asked, its connector, and the connector's way to ingest. */
  readonly asterisk: { readonly pbx: AmiServer; readonly connector: Connector; readonly toIngest: Proxy };
  /** The rules of a delegator whose provider is down. */
  readonly rulesFile: string;
  /** Twenty webhooks per second. */
  readonly traffic: { readonly stop: () => void; readonly begin: () => void };
  /** Waits until the alert fires. */
  readonly fires: (alert: string, labels?: Readonly<Record<string, string>>) => Promise<void>;
  /** Waits until none of the alerts fires. */
  readonly resolves: (...alerts: readonly string[]) => Promise<void>;
}

/** For an alert to fire or to resolve on a busy machine: a day that failed three times is counted again after two minutes. */
const alertTimeoutMs = 240_000;

export async function startMonitoredSystem({
  settings,
  speedUp: times,
}: MonitoredSystemOptions): Promise<MonitoredSystem> {
  await using cleanup = new AsyncDisposableStack();
  const { system, kafka, postgres } = cleanup.use(
    await startProxiedSystem({ settings, services: ['ingest', 'gateway'] }),
  );
  const port = (name: string): number => Number(system.env[`${name}_ADMIN_PORT`]);
  const projector = cleanup.use(
    await startService(
      { name: 'projector', args: ['apps/projector/src/main.ts', 'run'], env: system.env },
      port('PROJECTOR'),
    ),
  );
  const { delegator, rulesFile } = await startDelegator(system.env, cleanup);
  const toIngest = cleanup.use(await startProxy({ to: { port: Number(new URL(system.webhookUrl).port) } }));
  const pbx = cleanup.use(await startAmiServer({ nowAt: captureMs }));
  const connector = cleanup.use(
    await startConnector(pbx, {
      ASTERISK_INGEST_URL: `http://127.0.0.1:${toIngest.port}`,
      ASTERISK_BUFFER_MAX_BYTES: '1000000',
    }),
  );
  await connector.connected();
  const ports = {
    ingest: port('INGEST'),
    projector: port('PROJECTOR'),
    gateway: port('GATEWAY'),
    asterisk: connector.adminPort,
    delegator,
  };
  const prometheus = cleanup.use(await startPrometheus({ ports, speedUp: times }));
  const traffic = cleanup.use(startTraffic(system.webhookUrl));
  cleanup.use(keepDashboardOpen(system));

  const isFiring = async (alert: string, labels: Readonly<Record<string, string>> = {}): Promise<boolean> =>
    (await prometheus.firing()).some((firing) =>
      Object.entries({ ...labels, alertname: alert }).every(([label, value]) => firing[label] === value),
    );
  const owned = cleanup.move();
  return {
    system,
    prometheus,
    kafka,
    postgres,
    projector,
    asterisk: { pbx, connector, toIngest },
    rulesFile,
    traffic,
    fires: async (alert, labels) => {
      const onTimeout = (): Error => new Error(`${alert} does not fire.`);
      await until(() => isFiring(alert, labels), { timeoutMs: alertTimeoutMs, everyMs: 250, onTimeout });
    },
    resolves: async (...alerts) => {
      for (const alert of alerts) {
        const onTimeout = (): Error => new Error(`${alert} still fires.`);
        await until(async () => !(await isFiring(alert)), { timeoutMs: alertTimeoutMs, everyMs: 250, onTimeout });
      }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Rules for every call. */
export const rulesText = 'rules:\n  - {name: all, destination: 900}\n';

/** A delegator whose provider is down, with a file of rules. */
async function startDelegator(
  env: Readonly<Record<string, string>>,
  cleanup: AsyncDisposableStack,
): Promise<{ readonly delegator: number; readonly rulesFile: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'callstream-monitored-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const rulesFile = join(folder, 'rules.yaml');
  await writeFile(rulesFile, rulesText);
  const { adminPort } = cleanup.use(await startIdleDelegator({ ...env, DELEGATION_RULES: rulesFile }));
  return { delegator: adminPort, rulesFile };
}

/** Posts one call after another, and ignores failures. */
function startTraffic(webhookUrl: string): MonitoredSystem['traffic'] & AsyncDisposable {
  const sender = createSender(webhookUrl, 4);
  const types = ['call.new', 'call.waiting', 'actor.entered', 'call.ongoing', 'call.finished'];
  let isOn = true;
  let count = 0;
  const timer = setInterval(() => {
    if (!isOn) return;
    const [call_id, type] = [`call.${Math.floor(count / types.length)}`, types[count % types.length]];
    const body = { type, call_id, queue: '900', actor: 'ana@example.com', n: count++, timestamp: new Date() };
    void sender.post(JSON.stringify(body)).catch(() => undefined);
  }, 50);
  return {
    stop: () => void (isOn = false),
    begin: () => void (isOn = true),
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await sender[Symbol.asyncDispose]();
    },
  };
}

/** A dashboard that subscribes, lists calls every second, and reconnects. */
function keepDashboardOpen({ socketUrl }: ProxiedSystem['system']): AsyncDisposable {
  const stopping = new AbortController();
  const { signal } = stopping;
  const session = async (): Promise<void> => {
    await using dashboard = await openDashboard(socketUrl);
    const closed = dashboard.closed.then(() => Promise.reject(new Error('closed')));
    closed.catch(() => undefined);
    for (const event of ['Subscribe', 'WatchQueues']) await Promise.race([closed, dashboard.request(event, {})]);
    while (!signal.aborted) {
      await Promise.race([closed, dashboard.request('ListCalls', {})]);
      await pause(1_000, undefined, { signal });
    }
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await session().catch(() => undefined);
      await pause(250, undefined, { signal }).catch(() => undefined);
    }
  };
  const ended = run();
  return {
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await ended;
    },
  };
}
