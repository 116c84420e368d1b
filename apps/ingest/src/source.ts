import type { IncomingMessage } from 'node:http';
import { createAddressOf, createIsIn } from '@callstream/runtime';

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
  const isOnList = createIsIn(allowed);
  return {
    addressOf: createAddressOf(trustedProxies),
    isAllowed: (address) => allowed.length === 0 || isOnList(address),
  };
}
