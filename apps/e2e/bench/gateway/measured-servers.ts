import { readMetric } from '../../src/system/ingest.ts';
import { startGateway } from '../../src/system/gateway.ts';
import type { GatewayInstance } from '../../src/system/gateway.ts';
import { launch } from '../../src/system/service-process.ts';
import type { ServiceProcess } from '../../src/system/service-process.ts';
import { freePort, until } from '@callstream/stack';

/** A server with sockets in a benchmark. */
export interface MeasuredServer extends AsyncDisposable {
  readonly port: number;
  /** CPU time of its process so far, threads included. */
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
  /** Sends `text` to every socket, `frames` times. */
  readonly flood: (frames: number, text: string) => void;
}

/** A server with only ws: see bare-server.ts. With `source` it sends the records of a topic. */
export async function startBareServer(
  env: Readonly<Record<string, string>> = {},
  source?: { brokers: readonly string[]; topic: string },
): Promise<BareServer> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const sourceArgs = source ? [source.brokers.join(','), source.topic] : [];
  const args = ['apps/e2e/bench/gateway/bare-server.ts', String(port), String(adminPort), ...sourceArgs];
  const service: ServiceProcess = launch({ name: 'bare', args, env });
  await until(
    () => service.hasPrinted('"bare.started"') || (service.hasEnded() && Promise.reject(new Error(service.tail()))),
    {
      timeoutMs: 30_000,
      onTimeout: () => new Error(`The bare server does not start.\n${service.tail()}`),
    },
  );
  return {
    ...processMetrics(port, (name) => readMetric(adminPort, name)),
    flood: (frames, text) => service.sendMessage({ frames, text }),
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
