import { isIP } from 'node:net';
import { examples, listEnv } from '../config/env.ts';
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

/** Labels of letters, digits, - and _. A URL also accepts names such as `a;b`, which no server has. */
const namePattern = /^[\w-]+(\.[\w-]+)*$/;

/** A host in a setting, also with scheme and port: the same form as {@link parseOrigin} gives of a page there. null if it is none. */
export function hostNameOf(text: string): string | null {
  const name = parseHost(/^[a-z][\w+.-]*:\/\/([^/?#]*)\/?$/i.exec(text)?.[1] ?? text);
  if (name === null || isIP(name) !== 0) return name;
  // The origin "null" is that of sandboxed pages.
  return namePattern.test(name) && name !== 'null' ? name : null;
}

/** What a text that is no host name probably means, for a message; empty if it is not clear. */
export function suggestHost(text: string): string {
  if (text.includes('*')) return ': * is not supported, name each host';
  const { hostname = '' } = URL.parse(text.includes('://') ? text : `http://${text}`) ?? {};
  return namePattern.test(hostname) && hostname !== 'null' ? `: write ${hostname}` : '';
}

/** A list of host names. Scheme and port are ignored, upper case and accents normalized. Empty by default. */
export const hostNamesEnv = listEnv
  .default([])
  .transform((list, context) =>
    list.flatMap((text) => {
      const name = hostNameOf(text);
      if (name !== null) return [name];
      const message = `must be host names, e.g. calls.example.com; "${text}" is not${suggestHost(text)}`;
      context.addIssue({ code: 'custom', message });
      return [];
    }),
  )
  .meta(
    examples(
      ['board.example', 'https://Board.Example:8443/', 'bücher.example', '192.0.2.7, [2001:db8::1]:8443', 'board'],
      ['*', '*.example', 'null', 'board.example/app', ':8443', 'a b', "'board.example'", 'a.example;b.example', 'a@b'],
    ),
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
  const isOwn = (host: string | undefined): boolean => {
    if (host === undefined || host === '') return true;
    const name = parseHost(host);
    if (name === null) return false;
    return !name.includes('.') || isIP(name) !== 0 || isLocalhostName(name) || known.has(name);
  };
  // Requests have the same host again and again: it is parsed once.
  let last: { host: string | undefined; isOwn: boolean } = { host: undefined, isOwn: true };
  return (host) => {
    if (host !== last.host) last = { host, isOwn: isOwn(host) };
    return last.isOwn;
  };
}
