import { listEnv } from '../config/env.ts';
import { isLoopback } from './address.ts';
import { isLocalhostName } from './host.ts';

/** Where a page is from. */
export interface PageOrigin {
  /** Scheme, host, and port unless it is that of the scheme: as browsers write it. */
  readonly origin: string;
  /** In lower case, without the dot at the end. */
  readonly hostName: string;
}

/** An `Origin` header; null if it names no host, as `null` does, which pages in a sandbox or a file have. */
export function parseOrigin(text: string): PageOrigin | null {
  const { protocol = '', host = '', hostname = '' } = URL.parse(text) ?? {};
  return host === '' ? null : { origin: `${protocol}//${host}`, hostName: hostname.replace(/\.$/, '') };
}

/** Whether a page is served by this machine. */
export const isLoopbackPage = ({ hostName }: PageOrigin): boolean => isLoopback(hostName) || isLocalhostName(hostName);

/** A list of origins, which become as browsers write them; none by default. */
export const originsEnv = listEnv.default([]).transform((list, context) =>
  list.flatMap((text) => {
    const parsed = /^[a-z][\w+.-]*:\/\/[^\s/\\?#@*]+\/?$/i.test(text) ? parseOrigin(text) : null;
    if (parsed !== null) return [parsed.origin];
    context.addIssue({ code: 'custom', message: `must be origins, as https://app.example.com; "${text}" is not` });
    return [];
  }),
);
