import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server, ServerOptions } from 'node:http';
import { Server as TcpServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { connectionLimit } from './connection-limit.ts';
import type { Log } from './log.ts';

/** Requested length of the kernel's queue of connections that are not accepted yet; capped by `net.core.somaxconn`. */
const backlog = 16_384;

/** Servers that stop: their responses have `Connection: close`. */
const stopping = new WeakSet<Server>();

/** The connections of each server. */
const connectionsOf = new WeakMap<Server, Set<Socket>>();

/** Limits of every server against slow, idle and malformed requests; times in ms. Over one of them the answer is 408 or 431. */
const limits = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16_384,
} as const satisfies ServerOptions;

/** Most connections per host, unless the caller has another limit. */
const connectionsMaxDefault = 100;

export interface ListenOptions {
  readonly hosts: readonly string[];
  readonly port: number;
  /** Most open connections per host; fewer if the process may not open enough files. Others are closed without an answer. */
  readonly connectionsMax?: number;
  readonly options?: Omit<ServerOptions, keyof typeof limits>;
  readonly log?: Log;
}

/**
 * Starts one HTTP server per host, all on the same port. Addresses that this machine does not have (`::1` without IPv6)
 * are skipped. Idle and slow connections are limited, on admin ports too.
 * @throws {Error} with the remedy if the port is in use, or if no address is left
 */
export async function listen(
  { hosts, port, connectionsMax = connectionsMaxDefault, options = {}, log }: ListenOptions,
  handler: RequestListener,
): Promise<{ servers: Server[]; port: number }> {
  const servers: Server[] = [];
  const connections = connectionLimit(connectionsMax, hosts.length);
  if (connections < connectionsMax) log?.info({ connections, wanted: connectionsMax }, 'connections.limited');
  let actualPort = port;
  let lastError: unknown;
  for (const host of hosts) {
    const server = createServer({ ...options, ...limits }, (request, response) => {
      if (stopping.has(server)) response.shouldKeepAlive = false;
      handler(request, response);
    });
    trackConnections(server);
    server.maxConnections = connections;
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

function trackConnections(server: Server): void {
  const open = new Set<Socket>();
  connectionsOf.set(server, open);
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
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
  const closeIdle = () => setImmediate(() => servers.forEach(closeIdleConnections));
  closeIdle();
  const timer = setInterval(closeIdle, closeIdleEveryMs);
  await Promise.all(closed).finally(() => clearInterval(timer));
}

/** To Node, a connection that has sent nothing yet is not idle, but browsers and HTTP clients open some in advance. */
function closeIdleConnections(server: Server): void {
  server.close();
  for (const socket of connectionsOf.get(server) ?? []) if (socket.bytesRead === 0) socket.destroy();
}
