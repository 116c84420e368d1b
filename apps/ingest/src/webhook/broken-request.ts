import { STATUS_CODES } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { unknownAddress } from '@callstream/runtime';
import type { SenderAddresses } from '../admission/sender-addresses.ts';
import { answerOf } from '../problem.ts';
import type { WebhookRejection } from '../problem.ts';
import type { ReportRefusal } from './report-refusal.ts';

/** Answers a request that Node could not parse (too slow, not HTTP, headers too large), and closes its connection. */
export const answerBrokenRequest =
  (reportRefusal: ReportRefusal, { addressOf }: Pick<SenderAddresses, 'addressOf'>) =>
  (error: NodeJS.ErrnoException, socket: Duplex): void => {
    if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
    const rejection = rejectionOf(error.code);
    const { status, problem } = answerOf(rejection);
    // There are no headers, so a proxy cannot name the sender: this is the address of the connection.
    const address = socket instanceof Socket ? addressOf({ socket, headers: {} }) : unknownAddress;
    reportRefusal(rejection, { status, address });
    const body = JSON.stringify(problem);
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      'content-type: application/problem+json',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  };

function rejectionOf(code: string | undefined): WebhookRejection {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return { kind: 'timeout' };
  if (code === 'HPE_HEADER_OVERFLOW') return { kind: 'head-too-large' };
  return { kind: 'malformed', problem: 'The request is not valid HTTP/1.1.' };
}
