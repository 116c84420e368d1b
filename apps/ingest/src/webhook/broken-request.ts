import { STATUS_CODES } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { unknownAddress } from '@callstream/runtime';
import { answerOf } from '../problem.ts';
import type { WebhookRejection } from '../problem.ts';
import type { ReportRefusal } from './report-refusal.ts';
import type { Sources } from '../admission/source.ts';

/** Answers what never became a request (too slow, not HTTP, headers too long), and closes its connection. */
export const answerBrokenRequest =
  (refused: ReportRefusal, { addressOf }: Pick<Sources, 'addressOf'>) =>
  (error: NodeJS.ErrnoException, socket: Duplex): void => {
    if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
    const rejection = rejectionOf(error.code);
    const { status, problem } = answerOf(rejection);
    // Of the connection, as it has no headers.
    const address = socket instanceof Socket ? addressOf({ socket, headers: {} }) : unknownAddress;
    refused(rejection, { status, address });
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
  return { kind: 'malformed', problem: 'This is not a request of HTTP/1.1.' };
}
