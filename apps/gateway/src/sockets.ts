import type { IncomingMessage, Server } from 'node:http';
import type { CloseCause } from '@callstream/contracts';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { Metrics } from './metrics.ts';
import { isAllowedOrigin } from './origin.ts';
import type { Answer } from './requests.ts';
import { createSession } from './session.ts';
import type { Session } from './session.ts';

/** How often each socket is asked whether it is still there, in ms. Proxies close what is silent for 30 to 60 s. */
const pingEveryMs = 25_000;

export interface SocketsOptions {
  readonly answer: Answer;
  readonly origins: readonly string[];
  readonly socketsMax: number;
  readonly socketsPerAddressMax: number;
  readonly metrics: Metrics;
}

export interface Sockets {
  /** Takes over the upgrades of a server, on any path. */
  readonly serve: (server: Server) => void;
  readonly broadcast: (kind: string, frame: string) => void;
  readonly closeAll: (cause: CloseCause) => void;
}

/** All clients of this gateway. */
export function createSockets({ answer, origins, socketsMax, socketsPerAddressMax, metrics }: SocketsOptions): Sockets {
  const sessions = new Set<Session>();
  const perAddress = new Map<string, number>();
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: 64 * 1024,
    maxFragments: 64,
    verifyClient: ({ req }: { req: IncomingMessage }) => isAllowedOrigin(req.headers.origin, origins),
  });

  const accept = (socket: WebSocket, request: IncomingMessage): void => {
    const address = request.socket.remoteAddress ?? '';
    const ofAddress = perAddress.get(address) ?? 0;
    const session = createSession(socket, { answer, metrics });
    socket.on('error', () => undefined);
    if (sessions.size >= socketsMax || ofAddress >= socketsPerAddressMax) return session.close('full');
    sessions.add(session);
    perAddress.set(address, ofAddress + 1);
    metrics.sockets.set(sessions.size);
    const timer = setInterval(session.check, pingEveryMs);
    socket.on('close', () => {
      clearInterval(timer);
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
      for (const session of sessions) session.send(kind, frame);
    },
    closeAll: (cause) => {
      for (const session of sessions) session.close(cause);
    },
  };
}
