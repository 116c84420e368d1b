import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { CloseCause } from '@callstream/contracts';
import type { AddressOf } from '@callstream/runtime';
import { WebSocket, WebSocketServer } from 'ws';
import type { RawData, ServerOptions } from 'ws';
import { AddressCounts } from '../scheduling/address-counts.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { subprotocol, tokenOf } from '../access/bearer-token.ts';
import { isAllowedOrigin } from '../access/origin.ts';
import { writeText } from '../outbox/frame.ts';
import type { TextSocket } from '../outbox/outbox.ts';
import type { OutboxLoad } from './metrics.ts';
import { Session } from './session.ts';
import type { SessionHandlers } from './session.ts';
import { PendingRequests } from './pending-requests.ts';
import type { UnsentBudget } from '../outbox/unsent-budget.ts';

/** How often all sockets are checked, in ms. */
const checkEveryMs = 5_000;
/** A client that does not take part in the closing is cut off after this long, in ms: well within the drain deadline. */
const closeTimeoutMs = 2_000;

/** Frames are text, also where their bytes are given. */
const asText = { binary: false };

/** A socket that knows its session, so that all can share their listeners. */
class ClientSocket extends WebSocket implements TextSocket {
  session: Session | null = null;
  /** What it stands on: the same, and in the same order, that is written to by ws. */
  stream: Socket | null = null;

  sendText(pieces: readonly Buffer[], onSent: (error?: Error | null) => void): void {
    const [first] = pieces;
    if (first && pieces.length === 1) this.send(first, asText, onSent);
    else if (this.stream && this.readyState === this.OPEN) writeText(this.stream, pieces, onSent);
  }
}

/** An error of a socket closes it: that is all that has to be done about it. */
const ignore = (): void => undefined;

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  if (this instanceof ClientSocket) void this.session?.onMessage(data, isBinary);
}
function onPong(this: WebSocket): void {
  if (this instanceof ClientSocket) this.session?.onPong();
}
function onClose(this: WebSocket): void {
  if (this instanceof ClientSocket) this.session?.onClosed();
}

type Decide = (allowed: boolean, status?: number, message?: string) => void;

export interface SocketsOptions {
  readonly conversation: SessionHandlers;
  readonly origins: readonly string[];
  /** Where a client is, behind proxies too; of IPv6 its network. */
  readonly addressOf: AddressOf;
  readonly socketsMax: number;
  readonly socketsPerAddressMax: number;
  readonly unsent: UnsentBudget;
  readonly metrics: GatewayMetrics;
}

export interface Sockets {
  /** Takes over the upgrades of a server, on any path. */
  readonly serve: (server: Server) => void;
  readonly broadcast: (kind: string, frame: string) => void;
  readonly queues: () => readonly OutboxLoad[];
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
  unsent,
  metrics,
}: SocketsOptions): Sockets {
  /** With the address of each, of IPv6 its network. */
  const sessions = new Map<Session, string>();
  const perAddress = new AddressCounts();
  let closed: CloseCause | undefined;
  // ws 8.23 knows closeTimeout; its types do not yet.
  const options: ServerOptions<typeof ClientSocket> & { closeTimeout: number } = {
    WebSocket: ClientSocket,
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: 64 * 1024,
    maxFragments: 64,
    // A browser wants one of what it offered; the one that is a token is not repeated.
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
    closeTimeout: closeTimeoutMs,
    verifyClient: ({ req }: { req: IncomingMessage }, decide: Decide) => {
      if (isAllowedOrigin(req.headers.origin, origins)) return decide(true);
      metrics.refusedOrigins.inc();
      decide(false, 403, 'This page may not connect: see GATEWAY_ORIGINS.');
    },
  };
  const server = new WebSocketServer(options);
  const checking = setInterval(() => {
    for (const session of sessions.keys()) session.check();
  }, checkEveryMs);

  const onClosed = (session: Session): void => {
    conversation.onClosed(session);
    const address = sessions.get(session);
    if (address === undefined) return;
    sessions.delete(session);
    perAddress.remove(address);
    metrics.sockets.set(sessions.size);
  };
  const sharedBySessions = { ...conversation, onClosed, unsent, metrics, unanswered: new PendingRequests() };

  const accept = (socket: ClientSocket, request: IncomingMessage): void => {
    const address = addressOf(request);
    const session = new Session(socket, address, sharedBySessions);
    socket.session = session;
    socket.stream = request.socket;
    socket.on('error', ignore).on('message', onMessage).on('pong', onPong).on('close', onClose);
    session.begin(tokenOf(request.headers));
    if (closed) return session.close(closed);
    if (sessions.size >= socketsMax || perAddress.of(address) >= socketsPerAddressMax) return session.close('full');
    sessions.set(session, address);
    metrics.opened.inc();
    perAddress.add(address);
    metrics.sockets.set(sessions.size);
  };

  return {
    serve: (http) => http.on('upgrade', (request, socket, head) => server.handleUpgrade(request, socket, head, accept)),
    broadcast: (kind, frame) => {
      for (const session of sessions.keys()) if (session.isAdmitted()) session.send(kind, frame);
    },
    queues: () => [...sessions.keys()].map((session) => session.queue()),
    closeAll: (cause) => {
      closed = cause;
      clearInterval(checking);
      for (const session of sessions.keys()) session.close(cause);
    },
  };
}
