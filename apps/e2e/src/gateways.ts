import { startMember } from './member.ts';
import type { Member } from './member.ts';

/** A gateway as a process, beside others on the same log and tables. */
export interface Gateway extends Member {
  readonly socketUrl: string;
}

/** `env`: of its system, and what is to be different. */
export async function startGateway(env: Readonly<Record<string, string>>): Promise<Gateway> {
  const member = await startMember('gateway', env);
  return { ...member, socketUrl: `ws://127.0.0.1:${member.port}/` };
}
