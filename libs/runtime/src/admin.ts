import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Registry } from 'prom-client';
import { createLogThrottle } from './log-throttle.ts';
import { listen } from './listen.ts';
import type { Log } from './log.ts';
import { addGauge } from './metrics.ts';
import { isLoopback } from './network/address.ts';
import { createIsOwnHost } from './network/host.ts';
import { within } from './deadline.ts';
import { errorText, printableLines } from '@callstream/resilience';

/** null: ready. `note`: ready, but degraded. A string: not ready, with the reason. */
export type Readiness = null | { readonly note: string } | string;

export interface AdminOptions {
  readonly hosts: readonly string[];
  readonly port: number;
  readonly ready: () => Readiness | Promise<Readiness>;
  readonly registry: Pick<Registry, 'metrics' | 'contentType' | 'registerMetric'>;
  readonly log: Log;
}

const misdirected = {
  status: 421,
  text: 'While ADMIN_HOST is loopback only, this port answers to IP addresses, localhost and names without a dot: ask it by one of them.\n',
};

/**
 * Serves `/livez` (the process answers), `/readyz` (200, or 503 with the reason) and `/metrics` (Prometheus text).
 * If all `hosts` are loopback addresses, the Host header must not be a domain name that a web page can point to this
 * machine (DNS rebinding).
 */
export async function startAdmin({
  hosts,
  port,
  ready,
  registry,
  log,
}: AdminOptions): Promise<{ readonly port: number } & AsyncDisposable> {
  const isOwnHost = hosts.every(isLoopback) ? createIsOwnHost([]) : () => true;
  const throttled = createLogThrottle();
  const respond = async ({
    url,
    headers,
  }: IncomingMessage): Promise<{ status: number; text: string; type?: string }> => {
    if (!isOwnHost(headers.host)) {
      throttled((untold) => log.warn({ setting: 'ADMIN_HOST', untold }, 'admin.misdirected'));
      return misdirected;
    }
    const path = url?.split('?')[0];
    if (path === '/livez') return { status: 200, text: 'ok\n' };
    if (path === '/metrics') return { status: 200, text: await registry.metrics(), type: registry.contentType };
    if (path !== '/readyz') return { status: 404, text: 'This port has /livez, /readyz and /metrics.\n' };
    const readiness = await ready();
    if (typeof readiness === 'string') return { status: 503, text: `${printableLines(readiness)}\n` };
    return { status: 200, text: readiness === null ? 'ok\n' : `ok: ${printableLines(readiness.note)}\n` };
  };
  const isReady = createIsReady(ready);
  addGauge(registry, {
    name: 'callstream_ready',
    help: '1 if the service is ready, else 0; /readyz has the reason',
    value: async () => ((await isReady()) ? 1 : 0),
  });
  const { servers, port: actualPort } = await listen({ hosts, port, log }, (request, response) => {
    void respond(request)
      .catch((error: unknown) => {
        log.warn({ error: errorText(error) }, 'admin.failed');
        return { status: 503, text: 'The readiness check failed; see admin.failed in the log.\n', type: undefined };
      })
      .then(({ status, text, type }) =>
        response.writeHead(status, { 'content-type': type ?? 'text/plain; charset=utf-8' }).end(text),
      );
  });
  // Requests in progress are cut off: nothing is lost with a check.
  const close = async (): Promise<void> => {
    const closed = servers.map((server) => once(server, 'close'));
    for (const server of servers) server.close().closeAllConnections();
    await Promise.all(closed);
  };
  return { port: actualPort, [Symbol.asyncDispose]: close };
}

/** How long `/metrics` waits for the readiness check, in ms: metrics are needed when the check hangs. */
const readyTimeoutMs = 250;

/** Whether the service is ready; the last known value if the check takes too long. */
function createIsReady(ready: AdminOptions['ready']): () => Promise<boolean> {
  let last = false;
  const check = async (): Promise<boolean> => {
    try {
      return (last = typeof (await ready()) !== 'string');
    } catch {
      return (last = false);
    }
  };
  return () => within(readyTimeoutMs, check()).catch(() => last);
}
