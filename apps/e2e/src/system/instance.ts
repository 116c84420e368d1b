import { readMetric } from './ingest.ts';
import { pickPort } from './free-port.ts';
import { launch, startService } from './service-process.ts';
import type { ServiceProcess } from './service-process.ts';
import { commandOf } from './system.ts';
import type { ServiceName } from './system.ts';

/** A service as a process, beside others of its kind on the same log and tables. */
export interface ServiceInstance extends AsyncDisposable {
  readonly name: ServiceName;
  /** Its port; a projector has only the other. */
  readonly port: number;
  readonly adminPort: number;
  readonly service: () => ServiceProcess;
  /** The value of a metric without labels, or the sum over its labels. */
  readonly metric: (name: string) => Promise<number>;
  /** SIGTERM; resolves when it is gone. */
  readonly stop: () => Promise<void>;
  /** `kill -9`. */
  readonly kill: () => Promise<void>;
  /** Starts it again, on the ports that it had; resolves when it is ready. */
  readonly start: () => Promise<void>;
  /** The same without waiting until it is ready. */
  readonly launch: () => void;
}

/** `env`: of its system, and what is to be different. */
export async function startInstance(
  name: ServiceName,
  env: Readonly<Record<string, string>>,
): Promise<ServiceInstance> {
  const [port, adminPort] = [await pickPort(), await pickPort()];
  const prefix = name.toUpperCase();
  const ports = { [`${prefix}_PORT`]: String(port), [`${prefix}_ADMIN_PORT`]: String(adminPort) };
  const options = { name, args: commandOf[name], env: { ...env, ...ports } };
  let service = await startService(options, adminPort);
  return {
    ...{ name, port, adminPort },
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
