import type { IncomingMessage, Server } from 'node:http';
import type { CloseCause } from '@callstream/contracts';
import { WebSocketServer } from 'ws';
import type { ServerOptions, WebSocket } from 'ws';
import type { Metrics } from './metrics.ts';
import { subprotocol, tokenOf } from './access/shown-token.ts';
import { isAllowedOrigin } from './origin.ts';
import { createSession } from './session.ts';
import type { Conversation, Session } from './session.ts';

/** How often all sockets are checked, in ms. */
const checkEveryMs = 5_000;
/** A client that does not take part in the closing is cut off after this long, in ms: well within the drain deadline. */
const closeTimeoutMs = 2_000;

type Decide = (allowed: boolean, status?: number, message?: string) => void;

export interface SocketsOptions {
  readonly conversation: Conversation;
  readonly origins: readonly string[];
  /** Where a client is, behind proxies too. */
  readonly addressOf: (request: IncomingMessage) => string;
  readonly socketsMax: number;
  readonly socketsPerAddressMax: number;
  readonly metrics: Metrics;
}

export interface Sockets {
  /** Takes over the upgrades of a server, on any path. */
  readonly serve: (server: Server) => void;
  readonly broadcast: (kind: string, frame: string) => void;
  /** Closes every socket, also those that are just being opened. */
  readonly closeAll: (cause: CloseCause) => void;
}

/** All clients of this gateway. */
export function createSockets({
  conversation,
  origins,
  addressOf,
  socketsMax,
  socketsPerAddressMax,
  metrics,
}: SocketsOptions): Sockets {
  const sessions = new Set<Session>();
  const perAddress = new Map<string, number>();
  let closed: CloseCause | undefined;
  // ws 8.23 knows closeTimeout; its types do not yet.
  const options: ServerOptions & { closeTimeout: number } = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: 64 * 1024,
    maxFragments: 64,
    // A browser wants one of what it offered; the one that is a token is not repeated.
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
    closeTimeout: closeTimeoutMs,
    verifyClient: ({ req }: { req: IncomingMessage }, decide: Decide) => {
      if (isAllowedOrigin(req.headers.origin, origins)) decide(true);
      else decide(false, 403, 'This page may not connect: see GATEWAY_ORIGINS.');
    },
  };
  const server = new WebSocketServer(options);
  const checking = setInterval(() => sessions.forEach((session) => session.check()), checkEveryMs);

  const accept = (socket: WebSocket, request: IncomingMessage): void => {
    const address = addressOf(request);
    const ofAddress = perAddress.get(address) ?? 0;
    socket.on('error', () => undefined);
    const session = createSession(socket, { ...conversation, metrics, token: tokenOf(request.headers) });
    if (closed) return session.close(closed);
    if (sessions.size >= socketsMax || ofAddress >= socketsPerAddressMax) return session.close('full');
    sessions.add(session);
    perAddress.set(address, ofAddress + 1);
    metrics.sockets.set(sessions.size);
    socket.on('close', () => {
      sessions.delete(session);
      const left = (perAddress.get(address) ?? 1) - 1;
      if (left > 0) perAddress.set(address, left);
      else perAddress.delete(address);
      metrics.sockets.set(sessions.size);
    });
  };

  return {
    serve: (http) => http.on('upgrade', (request, socket, head) => server.handleUpgrade(request, socket, head, accept)),
    broadcast: (kind, frame) => {
      for (const session of sessions) if (session.isAdmitted()) session.send(kind, frame);
    },
    closeAll: (cause) => {
      closed = cause;
      clearInterval(checking);
      for (const session of sessions) session.close(cause);
    },
  };
}
