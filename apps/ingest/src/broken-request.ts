import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { answerOf } from './problem.ts';

/** Answers what never became a request (too slow, not HTTP, headers too long), and closes its connection. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const { status, problem } = answerOf(
    late ? { kind: 'timeout' } : { kind: 'malformed', problem: 'This is not a request of HTTP/1.1.' },
  );
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
