import { startInstance } from './instance.ts';
import type { ServiceInstance } from './instance.ts';

/** A gateway process; several can share a log and tables. */
export interface GatewayInstance extends ServiceInstance {
  readonly socketUrl: string;
}

/** `env`: settings of its system, with changes. */
export async function startGateway(env: Readonly<Record<string, string>>): Promise<GatewayInstance> {
  const instance = await startInstance('gateway', env);
  return { ...instance, socketUrl: `ws://127.0.0.1:${instance.port}/` };
}
