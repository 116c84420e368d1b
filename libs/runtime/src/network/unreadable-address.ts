import type { Counter } from 'prom-client';
import { createLogThrottle } from '../log-throttle.ts';
import type { Log } from '../log.ts';
import type { UnreadableAddress } from './client-address.ts';

/** Values of the label `header` of the counter of unreadable addresses. */
export const forwardedHeaders = ['x-forwarded-for', 'forwarded'] as const satisfies UnreadableAddress['header'][];

/** Counts unreadable addresses from trusted proxies, and logs which proxy wrote them. */
export function createUnreadableAddressReporter(
  counter: Counter<'header'>,
  log: Log,
): (address: UnreadableAddress) => void {
  const throttled = createLogThrottle();
  return ({ header, proxy }) => {
    counter.inc({ header });
    throttled((untold) => log.warn({ header, proxy, untold }, 'address.unreadable'));
  };
}
