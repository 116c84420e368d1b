import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Of `[address]`, the address. */
const inBrackets = /^\[([^[\]]*)\]$/;
/** The network interface of a link-local address, as `fe80::1%eth0`. */
const zone = /%[\w.~-]{1,64}$/;
/** `address:port` or `[address]:port`; RFC 7239 has also ports that are hidden behind a name. */
const beforePort = /^([\d.]+|\[[^[\]]*\]):(?:\d{1,5}|_[\w.-]+)$/;

/**
 * An IP address in its normal form (RFC 5952; IPv4-mapped IPv6 as IPv4; without brackets and zone), so that two texts
 * are the same address exactly when their normal forms are equal. null if it is none; short, octal and hexadecimal forms
 * of IPv4 are none, because programs do not agree on them.
 */
export function parseAddress(text: string): string | null {
  if (isIPv4(text)) return text;
  const bare = inBrackets.exec(text)?.[1] ?? text;
  if (isIPv4(bare)) return bare;
  const address = bare.replace(zone, '');
  // Always in hexadecimal: ipaddr.js takes ::192.0.2.7, which is another address, for ::ffff:192.0.2.7.
  const normal = isIPv6(address) ? URL.parse(`http://[${address}]`)?.hostname.slice(1, -1) : undefined;
  if (normal === undefined) return null;
  const ip = ipaddr.process(normal);
  return ip.kind() === 'ipv6' ? normal : ip.toString();
}

/** The address of what a proxy writes of a client: an address, perhaps quoted, perhaps with a port. null if it is none. */
export function parseNode(text: string): string | null {
  const node = text.trim().replace(/^"(.*)"$/, '$1');
  return parseAddress(beforePort.exec(node)?.[1] ?? node);
}

/** What limits per address count together: of IPv6 the network of 64 bits, because whoever has one address has them all. */
export function networkOf(address: string): string {
  const normal = parseAddress(address);
  if (normal === null || isIPv4(normal)) return normal ?? address;
  const first64Bits = ipaddr.IPv6.parse(normal).parts.slice(0, 4);
  return `${new ipaddr.IPv6([...first64Bits, 0, 0, 0, 0]).toRFC5952String()}/64`;
}

/** Whether a host to listen on is reached from this machine only. A name other than `localhost` may be of any machine. */
export function isLoopback(host: string): boolean {
  const address = parseAddress(host);
  if (address === null) return /^localhost\.?$/i.test(host);
  return ipaddr.parse(address).range() === 'loopback';
}
