import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server, ServerOptions } from 'node:http';
import { Server as TcpServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** Requested length of the kernel's queue of connections that are not accepted yet; capped by `net.core.somaxconn`. */
const backlog = 16_384;

/** Servers that stop: their responses have `Connection: close`. */
const stopping = new WeakSet<Server>();

export interface ListenOptions {
  readonly hosts: readonly string[];
  readonly port: number;
  readonly options?: ServerOptions;
}

/**
 * Starts one HTTP server per host, all on the same port. Addresses that this machine does not have (`::1` without IPv6)
 * are skipped.
 * @throws {Error} with the remedy if the port is in use, or if no address is left
 */
export async function listen(
  { hosts, port, options = {} }: ListenOptions,
  handler: RequestListener,
): Promise<{ servers: Server[]; port: number }> {
  const servers: Server[] = [];
  let actualPort = port;
  let lastError: unknown;
  for (const host of hosts) {
    const server = createServer(options, (request, response) => {
      if (stopping.has(server)) response.shouldKeepAlive = false;
      handler(request, response);
    });
    try {
      server.listen({ host, port: actualPort, backlog });
      await once(server, 'listening');
      actualPort = (server.address() as AddressInfo).port;
      servers.push(server);
    } catch (error) {
      lastError = error;
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== 'EADDRNOTAVAIL' && code !== 'EAFNOSUPPORT') {
        for (const opened of servers) opened.close();
        throw code === 'EADDRINUSE'
          ? new Error(
              `Port ${actualPort} of ${host} is in use (EADDRINUSE). Stop the process that uses it, or set another port.`,
              {
                cause: error,
              },
            )
          : error;
      }
    }
  }
  if (servers.length === 0)
    throw new Error(`Cannot listen on ${hosts.join(', ')}: this machine has none of these addresses.`, {
      cause: lastError,
    });
  return { servers, port: actualPort };
}

/** How long each connection has to get a response with `Connection: close` before idle ones are closed, in ms. */
const announceCloseMs = 250;
/** How often a server that stops closes connections that have become idle, in ms. */
const closeIdleEveryMs = 50;

/**
 * Graceful shutdown: refuses new connections at once, so that a proxy uses another server. The next response on each
 * connection has `Connection: close`; requests in progress are answered, and connections are closed once they are idle.
 */
export async function closeServers(servers: readonly Server[]): Promise<void> {
  const closed = servers.map((server) => {
    stopping.add(server);
    const ended = once(server, 'close');
    // Not `close` of HTTP: it also closes idle connections, whose next request may be on its way.
    TcpServer.prototype.close.call(server);
    return ended;
  });
  await Promise.race([Promise.all(closed), pause(announceCloseMs)]);
  // After the event loop has read what has arrived: a connection with an unread request counts as idle.
  const closeIdle = () => setImmediate(() => servers.forEach((server) => server.close()));
  closeIdle();
  const timer = setInterval(closeIdle, closeIdleEveryMs);
  await Promise.all(closed).finally(() => clearInterval(timer));
}
