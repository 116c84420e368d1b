import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { once } from 'node:events';

/** A connection on which a test says what no client would. */
export interface RawConnection {
  readonly socket: Socket;
  /** What came back until now. */
  readonly heard: () => string;
  /** Resolves, with all that came back, when the other side has closed it or cut it off. */
  readonly closed: Promise<string>;
}

export async function openRawConnection(webhookUrl: string): Promise<RawConnection> {
  const { hostname, port } = new URL(webhookUrl);
  const socket = connect(Number(port), hostname);
  let heard = '';
  const { promise: closed, resolve } = Promise.withResolvers<string>();
  socket.on('data', (data) => (heard += data.toString())).on('close', () => resolve(heard));
  await once(socket, 'connect');
  // What is cut off while we still write is closed too.
  socket.on('error', () => undefined);
  return { socket, heard: () => heard, closed };
}

/** The head of a webhook. */
export const webhookHead = (...headers: string[]): string =>
  ['POST /webhook HTTP/1.1', 'host: x', 'content-type: application/json', ...headers, '', ''].join('\r\n');
