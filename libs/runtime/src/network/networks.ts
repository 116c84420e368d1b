import ipaddr from 'ipaddr.js';
import type { IPv4, IPv6 } from 'ipaddr.js';
import { examples, listEnv } from '../config/env.ts';
import { parseAddress } from './address.ts';

/** Base address and prefix length, in bits. */
type Network = readonly [IPv4 | IPv6, number];

/** Bits before the IPv4 address in an IPv4-mapped one. */
const mappedBits = 96;

/** A list of addresses and networks (CIDR); empty by default. */
export const networksEnv = listEnv
  .default([])
  .superRefine((list, context) => {
    for (const text of list)
      if (parseNetwork(text) === null)
        context.addIssue({
          code: 'custom',
          message: `must be addresses or networks, e.g. 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32, without ports; "${text}" is not`,
        });
  })
  .meta(
    examples(
      ['10.0.0.0/8', '192.0.2.7, 2001:db8::/32'],
      ['10', '010.0.0.1', '10.0.0.0/33', '10.0.0.0/0', 'proxy.example', '10.0.0.1:80', '10.0.0.0/255.0.0.0'],
    ),
  );

/** null if it is not a network. `/0` is not: to allow everybody, the list is left empty. */
function parseNetwork(text: string): Network | null {
  const [, base = '', suffix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const normal = parseAddress(base);
  if (normal === null) return null;
  const address = ipaddr.parse(normal);
  const addressBits = address.toByteArray().length * 8;
  const isMapped = address instanceof ipaddr.IPv4 && base.includes(':');
  const bits = suffix === undefined ? addressBits : Number(suffix) - (isMapped ? mappedBits : 0);
  return bits >= 1 && bits <= addressBits ? [address, bits] : null;
}

/** Whether an address, in any spelling, is in one of `networks`; false if it is not an address. @throws {Error} if one of `networks` is invalid */
export function createIsInNetworks(networks: readonly string[]): (address: string) => boolean {
  const parsed = networks.map((text) => {
    const network = parseNetwork(text);
    if (network === null) throw new Error(`"${text}" is not an address or a network.`);
    return network;
  });
  // Of every request; most services have no list.
  if (parsed.length === 0) return () => false;
  return (text) => {
    const normal = parseAddress(text);
    if (normal === null) return false;
    const address = ipaddr.parse(normal);
    return parsed.some(([base, bits]) => base.kind() === address.kind() && address.match(base, bits));
  };
}
