import type { IncomingMessage } from 'node:http';
import { parse as parseForwarded } from 'forwarded-parse';
import { parseAddress, parseNode } from './address.ts';
import { createIsInNetworks } from './networks.ts';

/** The source of a request whose sender cannot be told: on no list, and limited together with all others of its kind. */
export const unknownAddress = 'unknown';

/** A header in which a trusted proxy wrote what is not an address. Not the value: strangers choose it. */
export interface UnreadableAddress {
  readonly header: 'x-forwarded-for' | 'forwarded';
  /** Address of the last trusted proxy before it. */
  readonly proxy: string;
}

export interface AddressOptions {
  /** Addresses and networks of proxies that are believed. */
  readonly trustedProxies: readonly string[];
  readonly onUnreadable: (unreadable: UnreadableAddress) => void;
}

/** The address of who sent a request, in its normal form, or {@link unknownSource}. */
export type AddressOf = (request: Pick<IncomingMessage, 'socket' | 'headers'>) => string;

/**
 * Tells where requests come from: the address of the connection or, if that is a trusted proxy's, what it says: the last
 * address in X-Forwarded-For (or Forwarded, RFC 7239) that is no trusted proxy's.
 */
export function createAddressOf({ trustedProxies, onUnreadable }: AddressOptions): AddressOf {
  const isTrusted = createIsInNetworks(trustedProxies);
  return ({ socket, headers }) => {
    // A connection that is gone has none.
    let address = parseAddress(socket.remoteAddress ?? '');
    if (address === null) return unknownAddress;
    if (!isTrusted(address)) return address;
    const { header, nodes } = nodesOf(headers);
    for (const node of nodes.toReversed()) {
      const proxy: string = address;
      address = parseNode(node);
      if (address === null) {
        onUnreadable({ header, proxy });
        return unknownAddress;
      }
      if (!isTrusted(address)) break;
    }
    return address;
  };
}

/**
 * What proxies wrote of the clients before them, the nearest last. X-Forwarded-For is believed before Forwarded: a proxy
 * that sets the one passes on what a sender claims in the other, and of the two it is X-Forwarded-For that proxies set.
 * An empty entry is kept: what stands before it was not written by the proxy that left it empty.
 */
function nodesOf(headers: IncomingMessage['headers']): {
  header: UnreadableAddress['header'];
  nodes: readonly string[];
} {
  const { 'x-forwarded-for': list, forwarded } = headers;
  if (list !== undefined) return { header: 'x-forwarded-for', nodes: String(list).split(',') };
  if (forwarded === undefined) return { header: 'forwarded', nodes: [] };
  try {
    return { header: 'forwarded', nodes: parseForwarded(forwarded).map((element) => element['for'] ?? '') };
  } catch {
    return { header: 'forwarded', nodes: [''] };
  }
}
