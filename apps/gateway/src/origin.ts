const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether a page may connect: programs send no Origin; pages must be of this machine, or of a host that is allowed. */
export function isAllowedOrigin(origin: string | undefined, allowedHosts: readonly string[]): boolean {
  if (origin === undefined) return true;
  const host = URL.parse(origin)?.hostname;
  return host !== undefined && (loopbackNames.has(host) || allowedHosts.includes(host));
}
