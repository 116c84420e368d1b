import { examples, listEnv } from '../config/env.ts';
import { isLoopback, parseAddress } from './address.ts';
import { hostNameOf, isLocalhostName, suggestHost } from './host.ts';

export interface PageOrigin {
  /** As browsers write it: scheme, host, and the port unless it is the default of the scheme. */
  readonly origin: string;
  /** In lower case, without trailing dot, and an IPv6 address without brackets. */
  readonly hostName: string;
}

/** Parses an `Origin` header. null if it has no host, such as `null`, which sandboxed pages and local files send. */
export function parseOrigin(text: string): PageOrigin | null {
  const { protocol = '', host = '', hostname = '' } = URL.parse(text) ?? {};
  const hostName = parseAddress(hostname) ?? hostname.replace(/\.$/, '');
  return host === '' ? null : { origin: `${protocol}//${host}`, hostName };
}

/** Whether the page comes from a server on this machine. */
export const isLoopbackPage = ({ hostName }: PageOrigin): boolean => isLoopback(hostName) || isLocalhostName(hostName);

/** A list of origins, normalized as browsers write them; empty by default. */
export const originsEnv = listEnv
  .default([])
  .transform((list, context) =>
    list.flatMap((text) => {
      const isOrigin = /^[a-z][\w+.-]*:\/\/[^\s/\\?#@*]+\/?$/i.test(text) && hostNameOf(text) !== null;
      const parsed = isOrigin ? parseOrigin(text) : null;
      if (parsed !== null) return [parsed.origin];
      const meant = suggestHost(text).replace(/(?<=: write )/, 'https://');
      context.addIssue({
        code: 'custom',
        message: `must be origins, e.g. https://app.example.com; "${text}" is not${meant}`,
      });
      return [];
    }),
  )
  .meta(
    examples(
      ['https://app.example', 'HTTPS://Bücher.Example:443/', 'http://[::1]:5173', 'capacitor://localhost'],
      ['*', 'null', 'app.example', 'https://*.example', 'https://app.example/app', 'https://a;b', ':8443'],
    ),
  );
