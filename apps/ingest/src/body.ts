import type { IncomingMessage } from 'node:http';
import { Rejected } from './problem.ts';

const jsonType = /^application\/(?:[\w.-]+\+)?json$/i;

/** Refuses a body that is not said to be JSON in UTF-8; one that is said to be nothing is taken for it. @throws {Rejected} */
export function checkMediaType({ headers }: Pick<IncomingMessage, 'headers'>): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    throw new Rejected({ kind: 'unsupported', problem: 'Content encodings are not supported.' });
  const [type = '', ...parameters] = (headers['content-type'] ?? '').split(';').map((part) => part.trim());
  if (type !== '' && !jsonType.test(type))
    throw new Rejected({ kind: 'unsupported', problem: 'The content type must be application/json.' });
  const charset = parameters
    .find((parameter) => /^charset=/i.test(parameter))
    ?.slice(8)
    .replaceAll('"', '')
    .toLowerCase();
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8')
    throw new Rejected({ kind: 'unsupported', problem: 'The charset must be utf-8.' });
}

/** The whole body, up to `bytesMax`. @throws {Rejected} if it is larger, or the sender went away */
export function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const tooLarge = new Rejected({ kind: 'too-large', problem: `The body is larger than ${bytesMax} bytes.` });
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) return Promise.reject(tooLarge);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request
      .on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > bytesMax) {
          request.pause();
          reject(tooLarge);
        } else chunks.push(chunk);
      })
      .on('end', () => resolve(chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks)))
      .on('error', () => reject(new Rejected({ kind: 'malformed', problem: 'The body ended early.' })));
  });
}
