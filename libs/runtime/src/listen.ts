import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server, ServerOptions } from 'node:http';
import { Server as TcpServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** Longest queue of connections not yet accepted that is asked of the system, which may cap it (`net.core.somaxconn`). */
const backlog = 16_384;

/** Servers that are to end: their answers tell the other side not to send more on the same connection. */
const stopping = new WeakSet<Server>();

export interface ListenOptions {
  readonly hosts: readonly string[];
  readonly port: number;
  readonly options?: ServerOptions;
}

/** One server per host, all on one port. Hosts that the machine does not have (`::1` without IPv6) are left out, unless none is left. */
export async function listen(
  { hosts, port, options = {} }: ListenOptions,
  handler: RequestListener,
): Promise<{ servers: Server[]; port: number }> {
  const servers: Server[] = [];
  let actual = port;
  let failure: unknown;
  for (const host of hosts) {
    const server = createServer(options, (request, response) => {
      if (stopping.has(server)) response.shouldKeepAlive = false;
      handler(request, response);
    });
    try {
      server.listen({ host, port: actual, backlog });
      await once(server, 'listening');
      actual = (server.address() as AddressInfo).port;
      servers.push(server);
    } catch (error) {
      failure = error;
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== 'EADDRNOTAVAIL' && code !== 'EAFNOSUPPORT') {
        for (const opened of servers) opened.close();
        throw code === 'EADDRINUSE'
          ? new Error(`Port ${actual} of ${host} is in use. End what uses it, or choose another port.`, {
              cause: error,
            })
          : error;
      }
    }
  }
  if (servers.length === 0)
    throw new Error(`None of the addresses ${hosts.join(', ')} can be listened on.`, { cause: failure });
  return { servers, port: actual };
}

/** How long busy connections are given to be told, with an answer, that they end; in ms. Cut off, they would lose a request. */
const sayCloseForMs = 250;
/** How often connections that have become idle are closed while a server stops, in ms. */
const closeIdleEveryMs = 50;

/**
 * Takes no new connection from this very call on: a proxy finds another server for it. Who is connected is told, with the next
 * answer, to send no more; requests in flight are finished, and each connection is closed once it is idle.
 */
export async function closeServers(servers: readonly Server[]): Promise<void> {
  const closed = servers.map((server) => {
    stopping.add(server);
    const ended = once(server, 'close');
    // Of HTTP's own `close` only this half: the other closes idle connections, whose next request may be on its way.
    TcpServer.prototype.close.call(server);
    return ended;
  });
  await Promise.race([Promise.all(closed), pause(sayCloseForMs)]);
  // When what has arrived was read: a connection with a request in it is not idle.
  const closeIdle = () => setImmediate(() => servers.forEach((server) => server.close()));
  closeIdle();
  const timer = setInterval(closeIdle, closeIdleEveryMs);
  await Promise.all(closed).finally(() => clearInterval(timer));
}
