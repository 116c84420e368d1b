import { readMetric } from './ingest.ts';
import { freePort } from '@callstream/stack';
import { launch, startService } from './service-process.ts';
import type { ServiceProcess } from './service-process.ts';
import { commandOf } from './system.ts';
import type { ServiceName } from './system.ts';

/** One process of a service; several can share a log and tables. */
export interface ServiceInstance extends AsyncDisposable {
  readonly name: ServiceName;
  /** Port for clients; a projector uses only the admin port. */
  readonly port: number;
  readonly adminPort: number;
  /** The current process: each `start` makes a new one. */
  readonly service: () => ServiceProcess;
  /** Value of a metric, summed over its labels. */
  readonly metric: (name: string) => Promise<number>;
  /** SIGTERM; resolves when it has ended. */
  readonly stop: () => Promise<void>;
  /** `kill -9`. */
  readonly kill: () => Promise<void>;
  /** Starts it again on the same ports; resolves when it is ready. */
  readonly start: () => Promise<void>;
  /** Starts it again without waiting for readiness. */
  readonly launch: () => void;
}

/** `env`: settings of its system, with changes. */
export async function startInstance(
  name: ServiceName,
  env: Readonly<Record<string, string>>,
): Promise<ServiceInstance> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const prefix = name.toUpperCase();
  const ports = { [`${prefix}_PORT`]: String(port), [`${prefix}_ADMIN_PORT`]: String(adminPort) };
  const options = { name, args: commandOf[name], env: { ...env, ...ports } };
  let service = await startService(options, adminPort);
  return {
    name,
    port,
    adminPort,
    service: () => service,
    metric: (metric) => readMetric(adminPort, metric),
    stop: () => service.stop(),
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
