import ipaddr from 'ipaddr.js';
import type { IPv4, IPv6 } from 'ipaddr.js';
import { listEnv } from '../config/env.ts';
import { parseAddress } from './address.ts';

/** Address and length of the prefix, in bits. */
type Network = readonly [IPv4 | IPv6, number];

/** Bits before the IPv4 address in an IPv4-mapped one. */
const mappedBits = 96;

/** A list of addresses and networks (CIDR); none by default. */
export const networksEnv = listEnv.default([]).superRefine((list, context) => {
  for (const text of list)
    if (parseNetwork(text) === null)
      context.addIssue({
        code: 'custom',
        message: `must be addresses or networks, as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32, without ports; "${text}" is not`,
      });
});

/** null if it is none. `/0` is none: it would be everybody, which is said by leaving the list empty. */
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

/** Whether an address is in one of `networks`, however it is written; what is not an address is in none. @throws {Error} if one is no network */
export function createIsInNetworks(networks: readonly string[]): (address: string) => boolean {
  const parsed = networks.map((text) => {
    const network = parseNetwork(text);
    if (network === null) throw new Error(`"${text}" is not an address or a network.`);
    return network;
  });
  return (text) => {
    const normal = parseAddress(text);
    if (normal === null) return false;
    const address = ipaddr.parse(normal);
    return parsed.some(([base, bits]) => base.kind() === address.kind() && address.match(base, bits));
  };
}
