import { launch, outputOf } from '../system/service-process.ts';
import type { System } from '../system/system.ts';
import type { Scale, Target } from './attack.ts';

/** What became of one attack. */
export interface AttackResult {
  readonly attack: string;
  readonly ms: number;
  /** Why an answer was not the documented one; null: all were. */
  readonly problem: string | null;
  /** Answers that it had to get. */
  readonly requests: number;
  readonly accepted: number;
  readonly refused: number;
  /** Fewer a second are no attack. */
  readonly perSecondMin: number;
}

/** What the attacker prints. */
export type AttackerLine = 'prepared' | AttackResult;

export const targetOf = ({ webhookUrl, socketUrl, env }: System): Target => ({
  webhookUrl,
  socketUrl,
  gatewayUrl: socketUrl.replace('ws:', 'http:').replace(/\/$/, ''),
  adminPorts: ['INGEST', 'PROJECTOR', 'GATEWAY'].map((service) => Number(env[`${service}_ADMIN_PORT`])),
});

export interface RunAttacksOptions {
  readonly scale: Scale;
  /** It has made what it sends, and begins. */
  readonly onPrepared?: (attackerPid: number | undefined) => Promise<void>;
  /** The next attack does not wait for it. */
  readonly onResult?: (result: AttackResult) => Promise<void>;
}

/**
 * Attacks the system from another process, one attack after the other. In whole, where the services are measured, it has the lowest
 * priority: its CPU would be that of another machine, so it gets what they leave. In short, on a busy machine, it would get nothing
 * for seconds, and a gateway does not wait so long for the answer to a close. @throws {Error} if that process fails
 */
export async function runAttacks(
  system: System,
  { scale, onPrepared, onResult }: RunAttacksOptions,
): Promise<AttackResult[]> {
  const results: AttackResult[] = [];
  const handled: Promise<void>[] = [];
  const onLine = (line: string): void => {
    if (!/^["{]/.test(line)) return;
    const read = JSON.parse(line) as AttackerLine;
    if (read === 'prepared') {
      if (onPrepared) handled.push(onPrepared(attacker.pid));
      return;
    }
    results.push(read);
    if (onResult) handled.push(onResult(read));
  };
  const attacker = launch({
    name: 'attacker',
    args: ['apps/e2e/src/abuse/attacker.ts', JSON.stringify(targetOf(system)), scale],
    env: {},
    onLine,
    session: scale === 'full' ? 'own, of the lowest priority' : undefined,
  });
  try {
    await outputOf(attacker);
  } finally {
    await attacker[Symbol.asyncDispose]();
  }
  await Promise.all(handled);
  return results;
}
