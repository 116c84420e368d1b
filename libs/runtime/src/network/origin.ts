import { listEnv } from '../config/env.ts';
import { isLoopback } from './address.ts';
import { isLocalhostName } from './host.ts';

export interface PageOrigin {
  /** As browsers write it: scheme, host, and the port unless it is the default of the scheme. */
  readonly origin: string;
  /** In lower case, without trailing dot. */
  readonly hostName: string;
}

/** Parses an `Origin` header. null if it has no host, such as `null`, which sandboxed pages and local files send. */
export function parseOrigin(text: string): PageOrigin | null {
  const { protocol = '', host = '', hostname = '' } = URL.parse(text) ?? {};
  return host === '' ? null : { origin: `${protocol}//${host}`, hostName: hostname.replace(/\.$/, '') };
}

/** Whether the page comes from a server on this machine. */
export const isLoopbackPage = ({ hostName }: PageOrigin): boolean => isLoopback(hostName) || isLocalhostName(hostName);

/** A list of origins, normalized as browsers write them; empty by default. */
export const originsEnv = listEnv.default([]).transform((list, context) =>
  list.flatMap((text) => {
    const parsed = /^[a-z][\w+.-]*:\/\/[^\s/\\?#@*]+\/?$/i.test(text) ? parseOrigin(text) : null;
    if (parsed !== null) return [parsed.origin];
    context.addIssue({ code: 'custom', message: `must be origins, e.g. https://app.example.com; "${text}" is not` });
    return [];
  }),
);
