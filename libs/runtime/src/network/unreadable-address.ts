import type { Counter } from 'prom-client';
import { createLogThrottle } from '../log-throttle.ts';
import type { Log } from '../log.ts';
import type { UnreadableAddress } from './client-address.ts';

/** What the counter of unreadable addresses has as label. */
export const forwardedHeaders = ['x-forwarded-for', 'forwarded'] as const satisfies UnreadableAddress['header'][];

/** Counts what is no address where a trusted proxy should have written one, and tells the operator which proxy it was. */
export function createUnreadableAddressReporter(
  unreadable: Counter<'header'>,
  log: Log,
): (found: UnreadableAddress) => void {
  const limited = createLogThrottle();
  return ({ header, proxy }) => {
    unreadable.inc({ header });
    limited((untold) => log.warn({ header, proxy, untold }, 'address.unreadable'));
  };
}
