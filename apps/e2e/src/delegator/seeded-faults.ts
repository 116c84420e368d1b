import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import type { Proxy } from '@callstream/stack';
import type { DelegatedSystem, DelegatorProcess } from './delegated-system.ts';

const faults = [
  'kill a delegator',
  'freeze a delegator',
  'restart the provider',
  'cut Postgres',
  'stall Postgres',
  'cut Kafka',
  'none',
] as const;
type SeededFault = (typeof faults)[number];

export interface SeededFaultsOptions {
  /** Between Kafka and all else. */
  readonly kafka: Proxy;
  readonly seed: number;
  /** One fault each. */
  readonly rounds: number;
  /** Standbys of a round, over {@link roundMs}. */
  readonly calls: number;
}

const roundMs = 1_500;

/** Sends standbys to two delegators while faults happen, in the order of a seed. @returns the ids of the calls */
export async function runSeededFaults(
  system: DelegatedSystem,
  { kafka, seed, rounds, calls }: SeededFaultsOptions,
): Promise<readonly string[]> {
  const delegators = await Promise.all([system.startDelegator(), system.startDelegator()]);
  const order = fc.sample(fc.constantFrom(...faults), { seed, numRuns: rounds });
  const callIds: string[] = [];
  for (const [round, fault] of order.entries()) {
    const sending = sendCalls(system, calls, callIds);
    await pause(roundMs / 3);
    await inject(fault, { system, kafka, delegators, victim: round % 2, seed: seed + round });
    await sending;
  }
  await Promise.all(delegators.map(({ service }) => service.stop()));
  // The last one accounts for what the others left.
  await system.startDelegator();
  return callIds;
}

async function sendCalls(system: DelegatedSystem, calls: number, callIds: string[]): Promise<void> {
  for (let i = 0; i < calls; i++) {
    callIds.push(await system.standBy());
    await pause(roundMs / calls);
  }
}

interface SeededFaultTargets {
  readonly system: DelegatedSystem;
  readonly kafka: Proxy;
  readonly delegators: DelegatorProcess[];
  readonly victim: number;
  readonly seed: number;
}

async function inject(
  fault: SeededFault,
  { system, kafka, delegators, victim, seed }: SeededFaultTargets,
): Promise<void> {
  const delegator = delegators[victim];
  if (!delegator) throw new Error('There is no such delegator.');
  switch (fault) {
    case 'kill a delegator':
      await delegator.service.kill();
      delegators[victim] = await system.startDelegator();
      return;
    case 'freeze a delegator':
      delegator.service.freeze();
      await pause(roundMs);
      delegator.service.thaw();
      return;
    case 'restart the provider':
      await system.provider.kill();
      await system.provider.start(...faultyProvider, '--seed', String(seed));
      return;
    case 'cut Postgres':
      await system.postgres.refuse();
      await pause(roundMs / 2);
      return system.postgres.resume();
    case 'stall Postgres':
      system.postgres.stall();
      await pause(roundMs / 2);
      return system.postgres.resume();
    case 'cut Kafka':
      await kafka.refuse();
      await pause(roundMs / 2);
      return kafka.resume();
    case 'none':
  }
}

/** Some of each fault of the provider; slow answers are slower than the delegators wait. */
export const faultyProvider = [
  ...['400=0.03', '401=0.03', '500=0.05', 'slow=0.1', 'lost=0.1'].flatMap((fault) => ['--fault', fault]),
  '--slow-ms',
  '1500',
] as const;
