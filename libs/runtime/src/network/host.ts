import { isIP } from 'node:net';
import { listEnv } from '../config/env.ts';
import { parseNode } from './address.ts';

/**
 * The name or address in a Host header, or in a setting that names a host: in lower case, without port and the dot at the
 * end. null if it is neither.
 */
function parseHost(text: string): string | null {
  const address = parseNode(text);
  if (address !== null) return address;
  // A URL may have more than host and port; a Host may not.
  if (/[\s/\\?#@*]/.test(text)) return null;
  return URL.parse(`http://${text}/`)?.hostname.replace(/\.$/, '') || null;
}

/** A list of names of hosts; a port is left out, because it does not tell whose name it is. None by default. */
export const hostNamesEnv = listEnv.default([]).transform((list, context) =>
  list.flatMap((text) => {
    const name = parseHost(text);
    if (name !== null) return [name];
    context.addIssue({
      code: 'custom',
      message: `must be names of hosts, as calls.example.com, without scheme, path or *; "${text}" is not`,
    });
    return [];
  }),
);

/** `localhost` and the names below it, which resolve to this machine only (RFC 6761, 6.3). */
export const isLocalhostName = (name: string): boolean => name === 'localhost' || name.endsWith('.localhost');

/**
 * Whether a request may have been meant for us, by its Host: against DNS rebinding, in which a page has its own name point
 * to this machine. To the browser both are one origin then, and only the name tells them apart. A page that is reached by
 * an address, localhost or a name without a dot is not of a stranger. Browsers always send a Host: without one it is none.
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
