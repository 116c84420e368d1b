import type { IncomingMessage } from 'node:http';
import proxyAddr from 'proxy-addr';
import { listEnv } from './config/env.ts';

/** A list of addresses and networks (CIDR); none by default. */
export const networksEnv = listEnv
  .default([])
  .refine(areNetworks, 'must be addresses or networks, as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32');

function areNetworks(list: readonly string[]): boolean {
  try {
    proxyAddr.compile([...list]);
    return true;
  } catch {
    return false;
  }
}

/** Whether an address is in one of `networks`. */
export function createIsIn(networks: readonly string[]): (address: string) => boolean {
  const isIn = proxyAddr.compile([...networks]);
  return (address) => isIn(address, 0);
}

/** Where a request comes from: the address of the connection or, if that is one of `trustedProxies`, what it says in X-Forwarded-For. */
export function createAddressOf(
  trustedProxies: readonly string[],
): (request: Pick<IncomingMessage, 'socket' | 'headers'>) => string {
  if (trustedProxies.length === 0) return ({ socket }) => socket.remoteAddress ?? '';
  const isTrusted = proxyAddr.compile([...trustedProxies]);
  return (request) =>
    // A connection that is gone has none.
    request.socket.remoteAddress === undefined ? '' : proxyAddr(request as IncomingMessage, isTrusted);
}
