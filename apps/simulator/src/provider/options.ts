import { InvalidArgumentError } from 'commander';
import type { Random } from '../random.ts';
import { faultKinds } from './server.ts';
import type { FaultKind, ProviderServerOptions } from './server.ts';

/** Shares of all actions, by kind; together at most 1. */
export type FaultShares = Readonly<Partial<Record<FaultKind, number>>>;

/** The credentials of the simulated provider, which has no faults if none are asked for. */
export const defaultProvider = {
  user: 'callstream',
  password: 'simulated',
  slowMs: 6_000,
  nextFault: () => null,
} as const satisfies Partial<ProviderServerOptions>;

/** Parses an option `KIND=SHARE` that may be given more than once. @throws {InvalidArgumentError} */
export function collectFault(text: string, shares: FaultShares = {}): FaultShares {
  const [kind = '', share = ''] = text.split('=');
  const known = faultKinds.find((name) => name === kind);
  const value = Number(share);
  if (known === undefined || share === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError(`Expected one of ${faultKinds.join(', ')} with a share from 0 to 1, as "slow=0.1".`);
  return { ...shares, [known]: value };
}

/** Picks a fault per action; the same seed gives the same faults. */
export function createFaults(shares: FaultShares, random: Random): () => FaultKind | null {
  return () => {
    let left = random.unit();
    for (const kind of faultKinds) {
      left -= shares[kind] ?? 0;
      if (left < 0) return kind;
    }
    return null;
  };
}

/** @throws {InvalidArgumentError} */
export function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('Expected a port from 0 to 65535; 0 is a free one.');
  return port;
}
