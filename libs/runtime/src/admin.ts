import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Registry } from 'prom-client';
import { createLogThrottle } from './log-throttle.ts';
import { listen } from './listen.ts';
import type { Log } from './log.ts';
import { addGauge } from './metrics.ts';
import { isLoopback } from './network/address.ts';
import { createIsOwnHost } from './network/host.ts';
import { within } from './stop.ts';

/** null if the service can do its work; a note if it can, but not as usual; else the reason why not. */
export type Readiness = null | { readonly note: string } | string;

export interface AdminOptions {
  readonly hosts: readonly string[];
  readonly port: number;
  readonly ready: () => Readiness | Promise<Readiness>;
  readonly registry: Registry;
  readonly log: Log;
}

const misdirected = {
  status: 421,
  text: 'While ADMIN_HOST is loopback only, this port answers to IP addresses, localhost and names without a dot: ask it by one of them.\n',
};

/**
 * `/livez`: the process answers. `/readyz`: 200, or 503 with the reason. `/metrics`: Prometheus text, with whether it is ready.
 * On loopback only, the Host has to be one that no web page can have made to point here.
 */
export async function startAdmin({
  hosts,
  port,
  ready,
  registry,
  log,
}: AdminOptions): Promise<{ readonly port: number } & AsyncDisposable> {
  const isOwnHost = hosts.every(isLoopback) ? createIsOwnHost([]) : () => true;
  const limited = createLogThrottle();
  const answer = async ({
    url,
    headers,
  }: IncomingMessage): Promise<{ status: number; text: string; type?: string }> => {
    if (!isOwnHost(headers.host)) {
      limited((untold) => log.warn({ setting: 'ADMIN_HOST', untold }, 'admin.misdirected'));
      return misdirected;
    }
    const path = url?.split('?')[0];
    if (path === '/livez') return { status: 200, text: 'ok\n' };
    if (path === '/metrics') return { status: 200, text: await registry.metrics(), type: registry.contentType };
    if (path !== '/readyz') return { status: 404, text: 'This port has /livez, /readyz and /metrics.\n' };
    const readiness = await ready();
    if (typeof readiness === 'string') return { status: 503, text: `${readiness}\n` };
    return { status: 200, text: readiness === null ? 'ok\n' : `ok: ${readiness.note}\n` };
  };
  const isReady = createIsReady(ready);
  addGauge(registry, {
    name: 'callstream_ready',
    help: '1 if the service can do its work, else 0; /readyz says why',
    value: async () => ((await isReady()) ? 1 : 0),
  });
  const { servers, port: actual } = await listen({ hosts, port }, (request, response) => {
    void answer(request)
      .catch((error: unknown) => {
        log.warn({ error: String(error) }, 'admin.failed');
        return { status: 503, text: 'The check itself failed; see the log.\n', type: undefined };
      })
      .then(({ status, text, type }) =>
        response.writeHead(status, { 'content-type': type ?? 'text/plain; charset=utf-8' }).end(text),
      );
  });
  // At once: nobody loses anything by a check that is cut off.
  const close = async (): Promise<void> => {
    const closed = servers.map((server) => once(server, 'close'));
    for (const server of servers) server.close().closeAllConnections();
    await Promise.all(closed);
  };
  return { port: actual, [Symbol.asyncDispose]: close };
}

/** Longest that metrics wait to know whether the service is ready, in ms: they are read when others do not answer. */
const askReadyMs = 250;

/** Whether the service is ready; whether it was, as long as that is not known. */
function createIsReady(ready: AdminOptions['ready']): () => Promise<boolean> {
  let last = false;
  const ask = async (): Promise<boolean> => {
    try {
      return (last = typeof (await ready()) !== 'string');
    } catch {
      return (last = false);
    }
  };
  return () => within(askReadyMs, ask()).catch(() => last);
}
