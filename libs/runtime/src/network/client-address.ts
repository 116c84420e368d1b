import type { IncomingMessage } from 'node:http';
import { parse as parseForwarded } from 'forwarded-parse';
import { parseAddress, parseNode } from './address.ts';
import { createIsInNetworks } from './networks.ts';

/** Address of clients that cannot be determined: it is on no list, and they share one rate limit. */
export const unknownAddress = 'unknown';

/** A header in which a trusted proxy wrote something that is not an address. Without the value, which a stranger may choose. */
export interface UnreadableAddress {
  readonly header: 'x-forwarded-for' | 'forwarded';
  /** Address of the trusted proxy that wrote it. */
  readonly proxy: string;
}

export interface AddressOptions {
  /** Addresses and networks of proxies whose headers are used. */
  readonly trustedProxies: readonly string[];
  readonly onUnreadable: (address: UnreadableAddress) => void;
}

/** The normalized address of the client of a request, or {@link unknownAddress}. */
export type AddressOf = (request: Pick<IncomingMessage, 'socket' | 'headers'>) => string;

/**
 * Determines the client of a request: the peer of the connection. If that is a trusted proxy, the last address in
 * X-Forwarded-For (or Forwarded, RFC 7239) that is not a trusted proxy.
 */
export function createAddressOf({ trustedProxies, onUnreadable }: AddressOptions): AddressOf {
  const isTrusted = createIsInNetworks(trustedProxies);
  return ({ socket, headers }) => {
    // Undefined once the connection is closed.
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
 * The clients that proxies have listed, the nearest last. X-Forwarded-For wins over Forwarded: most proxies set the
 * former, and forward the latter unchanged from a sender, who may forge it. Empty entries are kept: those before one were
 * not written by the proxy that left it empty.
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
