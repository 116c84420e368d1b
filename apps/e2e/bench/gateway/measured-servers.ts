import { readMetric } from '../../src/system/ingest.ts';
import { startGateway } from '../../src/system/gateway.ts';
import type { GatewayInstance } from '../../src/system/gateway.ts';
import { pickPort } from '../../src/system/free-port.ts';
import { launch } from '../../src/system/service-process.ts';
import type { ServiceProcess } from '../../src/system/service-process.ts';
import { until } from '@callstream/stack';

/** A server whose sockets are measured. */
export interface MeasuredServer extends AsyncDisposable {
  readonly port: number;
  /** What its process has used until now, threads included. */
  readonly cpuSeconds: () => Promise<number>;
  readonly rssBytes: () => Promise<number>;
}

const processMetrics = (
  port: number,
  metric: (name: string) => Promise<number>,
): Omit<MeasuredServer, typeof Symbol.asyncDispose> => ({
  port,
  cpuSeconds: () => metric('process_cpu_seconds_total'),
  rssBytes: () => metric('process_resident_memory_bytes'),
});

export interface BareServer extends MeasuredServer {
  /** Sends `text` so many times to every socket. */
  readonly flood: (frames: number, text: string) => void;
}

/** Nothing but ws: see bare-server.ts. With a topic it sends its records. */
export async function startBareServer(
  env: Readonly<Record<string, string>> = {},
  consuming?: { brokers: readonly string[]; topic: string },
): Promise<BareServer> {
  const [port, adminPort] = [await pickPort(), await pickPort()];
  const source = consuming ? [consuming.brokers.join(','), consuming.topic] : [];
  const args = ['apps/e2e/bench/gateway/bare-server.ts', String(port), String(adminPort), ...source];
  const service: ServiceProcess = launch({ name: 'bare', args, env });
  await until(
    () =>
      service.tail().includes('"bare.started"') || (service.hasEnded() && Promise.reject(new Error(service.tail()))),
    {
      timeoutMs: 30_000,
      onTimeout: () => new Error(`The bare server does not start.\n${service.tail()}`),
    },
  );
  return {
    ...processMetrics(port, (name) => readMetric(adminPort, name)),
    flood: (frames, text) => service.tell({ frames, text }),
    [Symbol.asyncDispose]: () => service.stop(),
  };
}

export interface MeasuredGateway extends MeasuredServer {
  readonly gateway: GatewayInstance;
}

export async function startMeasuredGateway(env: Readonly<Record<string, string>>): Promise<MeasuredGateway> {
  const gateway = await startGateway(env);
  return {
    ...processMetrics(gateway.port, gateway.metric),
    gateway,
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}
