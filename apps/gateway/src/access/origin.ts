import { isLoopbackPage, parseOrigin } from '@callstream/runtime';

/** Whether a page may connect: programs send no Origin; pages must be of this machine, or of a host that is allowed. */
export function isAllowedOrigin(origin: string | undefined, allowedHosts: readonly string[]): boolean {
  if (origin === undefined) return true;
  const page = parseOrigin(origin);
  return page !== null && (isLoopbackPage(page) || allowedHosts.includes(page.hostName));
}
