import { isIP } from 'node:net';
import { listEnv } from '../config/env.ts';
import { parseNode } from './address.ts';

/**
 * Parses a Host header, or a host in a setting: the name or address in lower case, without port and trailing dot. null if
 * it is neither.
 */
function parseHost(text: string): string | null {
  const address = parseNode(text);
  if (address !== null) return address;
  // A URL may have user, path and query; a Host header may not.
  if (/[\s/\\?#@*]/.test(text)) return null;
  return URL.parse(`http://${text}/`)?.hostname.replace(/\.$/, '') || null;
}

/** A list of host names; ports are ignored. Empty by default. */
export const hostNamesEnv = listEnv.default([]).transform((list, context) =>
  list.flatMap((text) => {
    const name = parseHost(text);
    if (name !== null) return [name];
    context.addIssue({
      code: 'custom',
      message: `must be host names, e.g. calls.example.com, without scheme, path or *; "${text}" is not`,
    });
    return [];
  }),
);

/** `localhost` and its subdomains, which resolve to this machine only (RFC 6761, 6.3). */
export const isLocalhostName = (name: string): boolean => name === 'localhost' || name.endsWith('.localhost');

/**
 * Whether a request was meant for this server, by its Host header. It protects from DNS rebinding: a web page lets its own
 * domain point to this machine, so that both are one origin to the browser, and only the Host header differs. Addresses,
 * localhost, names without a dot and `names` are allowed; so is a missing header, because browsers always send one.
 */
export function createIsOwnHost(names: readonly string[]): (host: string | undefined) => boolean {
  const known = new Set(names);
  return (host) => {
    if (host === undefined || host === '') return true;
    const name = parseHost(host);
    if (name === null) return false;
    return !name.includes('.') || isIP(name) !== 0 || isLocalhostName(name) || known.has(name);
  };
}
