import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Captures the address in `[address]`. */
const inBrackets = /^\[([^[\]]*)\]$/;
/** The network interface of a link-local address, as `fe80::1%eth0`. */
const zone = /%[\w.~-]{1,64}$/;
/** `address:port` or `[address]:port`; a port of RFC 7239 may also be an obfuscated identifier. */
const beforePort = /^([\d.]+|\[[^[\]]*\]):(?:\d{1,5}|_[\w.-]+)$/;

/**
 * Normalizes an IP address (RFC 5952; IPv4-mapped IPv6 as IPv4; without brackets and zone), so that two texts are the
 * same address exactly when their normal forms are equal. null if it is not an address; short, octal and hexadecimal
 * forms of IPv4 are not, because programs interpret them differently.
 */
export function parseAddress(text: string): string | null {
  if (isIPv4(text)) return text;
  const bare = inBrackets.exec(text)?.[1] ?? text;
  if (isIPv4(bare)) return bare;
  const address = bare.replace(zone, '');
  // Hexadecimal first: ipaddr.js parses ::192.0.2.7 as ::ffff:192.0.2.7, which is another address.
  const normal = isIPv6(address) ? URL.parse(`http://[${address}]`)?.hostname.slice(1, -1) : undefined;
  if (normal === undefined) return null;
  const ip = ipaddr.process(normal);
  return ip.kind() === 'ipv6' ? normal : ip.toString();
}

/** Parses a client as a proxy writes it: an address, maybe quoted, maybe with a port. null if it is not an address. */
export function parseNode(text: string): string | null {
  const node = text.trim().replace(/^"(.*)"$/, '$1');
  return parseAddress(beforePort.exec(node)?.[1] ?? node);
}

/** Key of rate limits per address: for IPv6 the /64 network, because a client usually has all of its addresses. */
export function networkOf(address: string): string {
  const normal = parseAddress(address);
  if (normal === null || isIPv4(normal)) return normal ?? address;
  const first64Bits = ipaddr.IPv6.parse(normal).parts.slice(0, 4);
  return `${new ipaddr.IPv6([...first64Bits, 0, 0, 0, 0]).toRFC5952String()}/64`;
}

/** Whether a host to listen on is reachable from this machine only. Of names, only `localhost` is. */
export function isLoopback(host: string): boolean {
  const address = parseAddress(host);
  if (address === null) return /^localhost\.?$/i.test(host);
  return ipaddr.parse(address).range() === 'loopback';
}
