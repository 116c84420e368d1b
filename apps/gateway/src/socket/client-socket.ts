import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import type { RawData, ServerOptions } from 'ws';
import { subprotocol } from '../access/bearer-token.ts';
import { isAllowedOrigin } from '../access/origin.ts';
import { writeText } from '../outbox/frame.ts';
import type { TextSocket } from '../outbox/outbox.ts';
import type { Session } from './session.ts';

/** A client that does not take part in the close handshake is terminated after this long, in ms: well within the stop deadline. */
const closeTimeoutMs = 2_000;

/** Buffers are sent as text frames too. */
const asText = { binary: false };

/** A socket that knows its session, so that all sockets can share their listeners. */
export class ClientSocket extends WebSocket implements TextSocket {
  #session: Session | null = null;
  /** The TCP or TLS socket that ws writes to, in the same order. */
  #stream: Socket | null = null;

  attach(session: Session, stream: Socket): void {
    this.#session = session;
    this.#stream = stream;
    this.on('error', ignore).on('message', onMessage).on('pong', onPong).on('close', onClose);
  }

  session(): Session | null {
    return this.#session;
  }

  sendText(pieces: readonly Buffer[], onSent: (error?: Error | null) => void): void {
    const [first] = pieces;
    if (first && pieces.length === 1) this.send(first, asText, onSent);
    else if (this.#stream && this.readyState === this.OPEN) writeText(this.#stream, pieces, onSent);
  }
}

/** ws closes a socket after an error: nothing else has to be done. */
const ignore = (): void => undefined;

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  if (this instanceof ClientSocket) void this.session()?.onMessage(data, isBinary);
}
function onPong(this: WebSocket): void {
  if (this instanceof ClientSocket) this.session()?.onPong();
}
function onClose(this: WebSocket): void {
  if (this instanceof ClientSocket) this.session()?.onClosed();
}

type Decide = (allowed: boolean, status?: number, message?: string) => void;

/** Upgrades HTTP requests to WebSockets, of allowed origins only. */
export function createWebSocketServer(origins: readonly string[], onForeign: (request: IncomingMessage) => void) {
  // ws 8.23 knows closeTimeout; its types do not yet.
  const options: ServerOptions<typeof ClientSocket> & { closeTimeout: number } = {
    WebSocket: ClientSocket,
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: 64 * 1024,
    maxFragments: 64,
    // A browser requires one of the protocols that it offered; the one that has the token must not be repeated.
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
    closeTimeout: closeTimeoutMs,
    verifyClient: ({ req }: { req: IncomingMessage }, decide: Decide) => {
      if (isAllowedOrigin(req.headers.origin, origins)) return decide(true);
      onForeign(req);
      decide(false, 403, 'The origin of this page is not allowed: add its host to GATEWAY_ORIGINS.');
    },
  };
  return new WebSocketServer(options);
}
