import { createAddressOf, createIsInNetworks } from '@callstream/runtime';
import type { AddressOf, AddressOptions } from '@callstream/runtime';

/** Senders of requests. */
export interface SenderAddresses {
  /** Address of the sender: that of the connection or, behind a trusted proxy, the one that the proxy's headers have. */
  readonly addressOf: AddressOf;
  readonly isAllowed: (address: string) => boolean;
}

export interface SenderAddressOptions extends AddressOptions {
  /** Addresses and networks (CIDR) that may send; empty: all. */
  readonly allowed: readonly string[];
}

export function createSenderAddresses({ allowed, ...options }: SenderAddressOptions): SenderAddresses {
  const isInAllowed = createIsInNetworks(allowed);
  return {
    addressOf: createAddressOf(options),
    isAllowed: (address) => allowed.length === 0 || isInAllowed(address),
  };
}
