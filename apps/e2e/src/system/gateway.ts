import { startInstance } from './instance.ts';
import type { ServiceInstance } from './instance.ts';

/** A gateway as a process, beside others on the same log and tables. */
export interface GatewayInstance extends ServiceInstance {
  readonly socketUrl: string;
}

/** `env`: of its system, and what is to be different. */
export async function startGateway(env: Readonly<Record<string, string>>): Promise<GatewayInstance> {
  const member = await startInstance('gateway', env);
  return { ...member, socketUrl: `ws://127.0.0.1:${member.port}/` };
}
