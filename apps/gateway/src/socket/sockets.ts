import type { IncomingMessage, Server } from 'node:http';
import type { CloseCause } from '@callstream/contracts';
import type { AddressOf } from '@callstream/runtime';
import { tokenOf } from '../access/bearer-token.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { UnsentBudget } from '../outbox/unsent-budget.ts';
import type { ReportRefusedClient } from '../access/report-refusal.ts';
import { AddressCounts } from '../scheduling/address-counts.ts';
import { createWebSocketServer } from './client-socket.ts';
import type { ClientSocket } from './client-socket.ts';
import type { OutboxLoad } from './metrics.ts';
import { PendingRequests } from './pending-requests.ts';
import { Session } from './session.ts';
import type { SessionHandlers, SessionOptions } from './session.ts';

/** How often all sockets are checked, in ms. */
const checkEveryMs = 5_000;

export interface SocketsOptions {
  readonly handlers: SessionHandlers;
  readonly origins: readonly string[];
  /** Address of a client, also behind proxies; of IPv6 its network. */
  readonly addressOf: AddressOf;
  readonly socketsMax: number;
  readonly socketsPerAddressMax: number;
  readonly unsent: UnsentBudget;
  readonly reportRefusal: ReportRefusedClient;
  readonly metrics: GatewayMetrics;
}

export interface Sockets {
  /** Takes over the upgrade requests of a server, on any path. */
  readonly serve: (server: Server) => void;
  readonly broadcast: (kind: string, frame: string) => void;
  readonly outboxLoads: () => readonly OutboxLoad[];
  /** Closes every socket, also those that are being opened. */
  readonly closeAll: (cause: CloseCause) => void;
}

/** The sockets of all clients of this gateway. */
export function createSockets(options: SocketsOptions): Sockets {
  const { handlers, origins, addressOf, socketsMax, socketsPerAddressMax, unsent, reportRefusal, metrics } = options;
  /** The address of each; of IPv6 its network. */
  const sessions = new Map<Session, string>();
  const perAddress = new AddressCounts();
  let closedFor: CloseCause | undefined;
  const server = createWebSocketServer(origins, (request) => {
    metrics.refusedOrigins.inc();
    reportRefusal({ reason: 'foreign', address: addressOf(request), setting: 'GATEWAY_ORIGINS' });
  });
  const checking = setInterval(() => {
    for (const session of sessions.keys()) session.check();
  }, checkEveryMs);

  const add = (session: Session, address: string): void => {
    sessions.set(session, address);
    perAddress.add(address);
    metrics.opened.inc();
    metrics.sockets.set(sessions.size);
  };
  const onClosed = (session: Session): void => {
    handlers.onClosed(session);
    const address = sessions.get(session);
    if (address === undefined) return;
    sessions.delete(session);
    perAddress.remove(address);
    metrics.sockets.set(sessions.size);
  };
  const sessionOptions: SessionOptions = {
    ...handlers,
    onClosed,
    unsent,
    reportRefusal,
    metrics,
    pendingRequests: new PendingRequests(),
  };
  const limitReached = (address: string): string | null => {
    if (sessions.size >= socketsMax) return 'GATEWAY_SOCKETS_MAX';
    return perAddress.of(address) >= socketsPerAddressMax ? 'GATEWAY_SOCKETS_PER_ADDRESS_MAX' : null;
  };
  const accept = (socket: ClientSocket, request: IncomingMessage): void => {
    const address = addressOf(request);
    const session = new Session(socket, address, sessionOptions);
    socket.attach(session, request.socket);
    session.begin(tokenOf(request.headers));
    if (closedFor) return session.close(closedFor);
    const setting = limitReached(address);
    if (setting !== null) {
      reportRefusal({ reason: 'full', address, setting });
      return session.close('full');
    }
    add(session, address);
  };

  return {
    serve: (http) => http.on('upgrade', (request, socket, head) => server.handleUpgrade(request, socket, head, accept)),
    broadcast: (kind, frame) => {
      for (const session of sessions.keys()) if (session.isAuthenticated()) session.send(kind, frame);
    },
    outboxLoads: () => [...sessions.keys()].map((session) => session.outboxLoad()),
    closeAll: (cause) => {
      closedFor = cause;
      clearInterval(checking);
      for (const session of sessions.keys()) session.close(cause);
    },
  };
}
