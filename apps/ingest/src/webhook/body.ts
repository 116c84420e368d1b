import type { IncomingMessage } from 'node:http';
import { WebhookRejected } from '../problem.ts';

const jsonType = /^application\/(?:[\w.-]+\+)?json$/i;

/** Refuses a body that is not said to be JSON in UTF-8; one that is said to be nothing is taken for it. @throws {Rejected} */
export function checkMediaType({ headers }: Pick<IncomingMessage, 'headers'>): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    throw new WebhookRejected({ kind: 'unsupported', problem: 'Content encodings are not supported.' });
  const [type = '', ...parameters] = (headers['content-type'] ?? '').split(';').map((part) => part.trim());
  if (type !== '' && !jsonType.test(type))
    throw new WebhookRejected({ kind: 'unsupported', problem: 'The content type must be application/json.' });
  const charset = parameters
    .find((parameter) => /^charset=/i.test(parameter))
    ?.slice(8)
    .replaceAll('"', '')
    .toLowerCase();
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8')
    throw new WebhookRejected({ kind: 'unsupported', problem: 'The charset must be utf-8.' });
}

/** Most that bodies which are still being read may take together, in bytes: many slow senders must not fill the memory. */
const readingBytesMax = 256 * 1024 * 1024;

/** The whole body. @throws {Rejected} if it is too large, the sender went away, or too much is being read */
export type ReadBody = (request: IncomingMessage) => Promise<Buffer>;

/** `bodyBytesMax`: largest body, in bytes. */
export function createReadBody(bodyBytesMax: () => number): ReadBody {
  let readingBytes = 0;
  return (request) => {
    const bytesMax = bodyBytesMax();
    // An error is dear to make: only when it is needed.
    const tooLarge = () =>
      new WebhookRejected({ kind: 'too-large', problem: `The body is larger than ${bytesMax} bytes.` });
    if (Number(request.headers['content-length'] ?? 0) > bytesMax) return Promise.reject(tooLarge());
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      const stop = (error: WebhookRejected): void => {
        request.off('data', take).off('end', end).pause();
        chunks.length = 0;
        readingBytes -= bytes;
        bytes = 0;
        reject(error);
      };
      const take = (chunk: Buffer): void => {
        bytes += chunk.length;
        readingBytes += chunk.length;
        if (bytes > bytesMax) stop(tooLarge());
        else if (readingBytes > readingBytesMax)
          stop(new WebhookRejected({ kind: 'unavailable', problem: 'Too many bodies are being read: send it again.' }));
        else chunks.push(chunk);
      };
      const end = (): void => {
        readingBytes -= bytes;
        resolve(chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks));
      };
      request
        .on('data', take)
        .on('end', end)
        .on('error', () => stop(new WebhookRejected({ kind: 'malformed', problem: 'The body ended early.' })));
    });
  };
}
