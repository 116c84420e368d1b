import { STATUS_CODES } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { unknownAddress } from './network/client-address.ts';
import type { AddressOf } from './network/client-address.ts';

/** Why Node could not read a request: it came too slowly, its headers are too large, or it is not HTTP. */
export type BrokenRequest = 'timeout' | 'head-too-large' | 'malformed';

export interface BrokenRequestAnswer {
  readonly status: number;
  /** As of `application/problem+json`. */
  readonly body: string;
}

/** How long a client has to read the answer, in ms. One that does not would keep its connection for ever. */
const lingerMs = 1_000;

/** Listener of `clientError`: answers a request that Node could not read, and closes its connection. */
export const answerBrokenRequests =
  (addressOf: AddressOf, answer: (kind: BrokenRequest, address: string) => BrokenRequestAnswer) =>
  (error: NodeJS.ErrnoException, socket: Duplex): void => {
    if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
    // There are no headers, so a proxy cannot name the client: this is the address of the connection.
    const address = socket instanceof Socket ? addressOf({ socket, headers: {} }) : unknownAddress;
    const { status, body } = answer(kindOf(error.code), address);
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      'content-type: application/problem+json',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
    const lingering = setTimeout(() => socket.destroy(), lingerMs);
    socket.once('close', () => clearTimeout(lingering));
  };

function kindOf(code: string | undefined): BrokenRequest {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'timeout';
  return code === 'HPE_HEADER_OVERFLOW' ? 'head-too-large' : 'malformed';
}
