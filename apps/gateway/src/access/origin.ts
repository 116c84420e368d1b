import { isLoopbackPage, parseOrigin } from '@callstream/runtime';

/** Whether a request with this Origin header is allowed: none (programs send none), a page of this machine, or of an allowed host. */
export function isAllowedOrigin(origin: string | undefined, allowedHosts: readonly string[]): boolean {
  if (origin === undefined) return true;
  const page = parseOrigin(origin);
  return page !== null && (isLoopbackPage(page) || allowedHosts.includes(page.hostName));
}
