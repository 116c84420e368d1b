import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { once } from 'node:events';

/** A TCP connection for requests that no HTTP client would send. */
export interface RawConnection {
  readonly socket: Socket;
  /** Received so far. */
  readonly received: () => string;
  /** Resolves with everything received, when the server has closed or reset the connection. */
  readonly closed: Promise<string>;
}

export async function openRawConnection(webhookUrl: string): Promise<RawConnection> {
  const { hostname, port } = new URL(webhookUrl);
  const socket = connect(Number(port), hostname);
  let received = '';
  const { promise: closed, resolve } = Promise.withResolvers<string>();
  socket.on('data', (data) => (received += data.toString())).on('close', () => resolve(received));
  await once(socket, 'connect');
  // A reset while we still write: 'close' follows.
  socket.on('error', () => undefined);
  return { socket, received: () => received, closed };
}

/** Request line and headers of a webhook. */
export const webhookHead = (...headers: string[]): string =>
  ['POST /webhook HTTP/1.1', 'host: x', 'content-type: application/json', ...headers, '', ''].join('\r\n');
