import type { IncomingMessage } from 'node:http';
import proxyAddr from 'proxy-addr';

/** Where a request comes from. */
export interface Sources {
  /** Address of the sender: of the connection, or what a proxy of ours says in X-Forwarded-For. */
  readonly addressOf: (request: IncomingMessage) => string;
  readonly isAllowed: (address: string) => boolean;
}

export interface SourceOptions {
  /** Addresses and networks (CIDR) of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** Addresses and networks (CIDR) that may send; empty: all. */
  readonly allowed: readonly string[];
}

export function createSources({ trustedProxies, allowed }: SourceOptions): Sources {
  const isTrusted = proxyAddr.compile([...trustedProxies]);
  const isOnList = proxyAddr.compile([...allowed]);
  return {
    addressOf: (request) =>
      trustedProxies.length === 0 ? (request.socket.remoteAddress ?? '') : proxyAddr(request, isTrusted),
    isAllowed: (address) => allowed.length === 0 || isOnList(address, 0),
  };
}

/** Whether a list of addresses and networks can be understood. */
export function areNetworks(list: readonly string[]): boolean {
  try {
    proxyAddr.compile([...list]);
    return true;
  } catch {
    return false;
  }
}
