import { createAddressOf, createIsInNetworks } from '@callstream/runtime';
import type { AddressOf, AddressOptions } from '@callstream/runtime';

/** Where a request comes from. */
export interface Sources {
  /** Address of the sender: of the connection, or what a proxy of ours says. */
  readonly addressOf: AddressOf;
  readonly isAllowed: (address: string) => boolean;
}

export interface SourceOptions extends AddressOptions {
  /** Addresses and networks (CIDR) that may send; empty: all. */
  readonly allowed: readonly string[];
}

export function createSources({ allowed, ...options }: SourceOptions): Sources {
  const isOnList = createIsInNetworks(allowed);
  return {
    addressOf: createAddressOf(options),
    isAllowed: (address) => allowed.length === 0 || isOnList(address),
  };
}
