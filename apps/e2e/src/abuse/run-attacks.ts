import { execFile } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import type { Scale, Target } from './attack.ts';
import type { System } from '../system/system.ts';

/** What became of one attack. */
export interface AttackResult {
  readonly attack: string;
  readonly ms: number;
  /** Why an answer was not the documented one; null: all were. */
  readonly problem: string | null;
}

export const targetOf = ({ webhookUrl, socketUrl, env }: System): Target => ({
  webhookUrl,
  socketUrl,
  gatewayUrl: socketUrl.replace('ws:', 'http:').replace(/\/$/, ''),
  adminPorts: ['INGEST', 'PROJECTOR', 'GATEWAY'].map((service) => Number(env[`${service}_ADMIN_PORT`])),
});

export interface RunAttacksOptions {
  readonly scale: Scale;
  /** The next attack does not wait for it. */
  readonly onResult?: (result: AttackResult) => Promise<void>;
}

/** Attacks the system from another process, one attack after the other. @throws {Error} if that process fails */
export async function runAttacks(system: System, { scale, onResult }: RunAttacksOptions): Promise<AttackResult[]> {
  const args = [join(import.meta.dirname, 'attacker.ts'), JSON.stringify(targetOf(system)), scale];
  const results: AttackResult[] = [];
  const handled: Promise<void>[] = [];
  const { promise: ended, resolve, reject } = Promise.withResolvers<undefined>();
  const options = { env: { ...process.env, NODE_OPTIONS: '' }, timeout: 10 * 60_000 };
  const attacker = execFile(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], options, (error) =>
    error ? reject(error) : resolve(undefined),
  );
  // Its CPU would be that of another machine: it gets what the services and the good client leave.
  if (attacker.pid !== undefined) setPriority(attacker.pid, constants.priority.PRIORITY_LOW);
  if (attacker.stdout)
    createInterface(attacker.stdout).on('line', (line) => {
      const result = JSON.parse(line) as AttackResult;
      results.push(result);
      if (onResult) handled.push(onResult(result));
    });
  await ended;
  await Promise.all(handled);
  return results;
}
