import { readMetric } from '../../src/ingest.ts';
import { startGateway } from '../../src/gateways.ts';
import type { Gateway } from '../../src/gateways.ts';
import { pickPort } from '../../src/port.ts';
import { launch } from '../../src/service.ts';
import type { Service } from '../../src/service.ts';
import { until } from '@callstream/stack';

/** A server whose sockets are measured. */
export interface Subject extends AsyncDisposable {
  readonly port: number;
  /** What its process has used until now, threads included. */
  readonly cpuSeconds: () => Promise<number>;
  readonly rssBytes: () => Promise<number>;
}

const subject = (
  port: number,
  metric: (name: string) => Promise<number>,
): Omit<Subject, typeof Symbol.asyncDispose> => ({
  port,
  cpuSeconds: () => metric('process_cpu_seconds_total'),
  rssBytes: () => metric('process_resident_memory_bytes'),
});

export interface BareServer extends Subject {
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
  const service: Service = launch({ name: 'bare', args, env });
  await until(
    () =>
      service.tail().includes('"bare.started"') || (service.hasEnded() && Promise.reject(new Error(service.tail()))),
    {
      timeoutMs: 30_000,
      onTimeout: () => new Error(`The bare server does not start.\n${service.tail()}`),
    },
  );
  return {
    ...subject(port, (name) => readMetric(adminPort, name)),
    flood: (frames, text) => service.tell({ frames, text }),
    [Symbol.asyncDispose]: () => service.stop(),
  };
}

export interface GatewaySubject extends Subject {
  readonly gateway: Gateway;
}

export async function startGatewaySubject(env: Readonly<Record<string, string>>): Promise<GatewaySubject> {
  const gateway = await startGateway(env);
  return {
    ...subject(gateway.port, gateway.metric),
    gateway,
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}
