import { readMetric } from './ingest.ts';
import { pickPort } from './port.ts';
import { launch, startService } from './service.ts';
import type { Service } from './service.ts';

/** A gateway as a process, beside others on the same log and tables. */
export interface Gateway extends AsyncDisposable {
  readonly port: number;
  readonly socketUrl: string;
  readonly service: () => Service;
  /** The value of a metric without labels, or the sum over its labels. */
  readonly metric: (name: string) => Promise<number>;
  /** `kill -9`. */
  readonly kill: () => Promise<void>;
  /** Starts it again after `kill`, on the ports that it had; resolves when it is ready. */
  readonly start: () => Promise<void>;
  /** The same without waiting until it is ready. */
  readonly launch: () => void;
}

/** `env`: of its system, and what is to be different. */
export async function startGateway(env: Readonly<Record<string, string>>): Promise<Gateway> {
  const [port, adminPort] = [await pickPort(), await pickPort()];
  const ports = { GATEWAY_PORT: String(port), GATEWAY_ADMIN_PORT: String(adminPort) };
  const options = { name: 'gateway', args: ['apps/gateway/src/main.ts'], env: { ...env, ...ports } };
  let service = await startService(options, adminPort);
  return {
    port,
    socketUrl: `ws://127.0.0.1:${port}/`,
    service: () => service,
    metric: (name) => readMetric(adminPort, name),
    kill: () => service.kill(),
    start: async () => {
      service = await startService(options, adminPort);
    },
    launch: () => {
      service = launch(options);
    },
    [Symbol.asyncDispose]: () => service.stop(),
  };
}
