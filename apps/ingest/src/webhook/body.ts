import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { WebhookRejected } from '../problem.ts';
import { createTurnsOfLargeBodies } from './large-bodies.ts';

const jsonType = /^application\/(?:[\w.-]+\+)?json$/i;
const jsonOrNdjsonType = /^application\/(?:(?:[\w.-]+\+)?json|x-ndjson)$/i;
const ndjsonType = /^application\/x-ndjson(?:;|$)/i;

/** The content type must be JSON in UTF-8, or missing. @throws {WebhookRejected} */
export const checkMediaType = (request: Pick<IncomingMessage, 'headers'>): void => checkJsonType(request, jsonType);

/** The same, or NDJSON. @throws {WebhookRejected} */
export const checkBatchMediaType = (request: Pick<IncomingMessage, 'headers'>): void =>
  checkJsonType(request, jsonOrNdjsonType);

/** Whether the body has an event on each line. */
export const isNdjson = (contentType: string | undefined): boolean => ndjsonType.test(contentType ?? '');

function checkJsonType({ headers }: Pick<IncomingMessage, 'headers'>, types: RegExp): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    throw new WebhookRejected({
      kind: 'unsupported',
      problem: 'Content encodings are not supported: send the body without content-encoding.',
    });
  const [type = '', ...parameters] = (headers['content-type'] ?? '').split(';').map((part) => part.trim());
  if (type !== '' && !types.test(type))
    throw new WebhookRejected({ kind: 'unsupported', problem: 'The content type must be application/json.' });
  const charset = parameters
    .find((parameter) => /^charset=/i.test(parameter))
    ?.slice(8)
    .replaceAll('"', '')
    .toLowerCase();
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8')
    throw new WebhookRejected({ kind: 'unsupported', problem: 'The charset must be utf-8.' });
}

/** Limit of all bodies that are being read, in bytes: many slow senders must not fill the memory. */
export const readingBytesMax = 256 * 1024 * 1024;

/** Reads the whole body; a large one waits for its turn, which ends with the response. @throws {WebhookRejected} if it is too large, is cut off, or too many bodies are being read */
export type ReadBody = (request: IncomingMessage, response: EventEmitter) => Promise<Buffer>;

/** `bodyBytesMax`: limit of one body, in bytes; `allBytesMax`: of all that are being read, or wait for their turn. */
export function createReadBody(bodyBytesMax: () => number, allBytesMax = readingBytesMax): ReadBody {
  const awaitTurn = createTurnsOfLargeBodies();
  let readingBytes = 0;
  return (request, response) => {
    const bytesMax = bodyBytesMax();
    // Created on demand: a stack trace costs too much for every request.
    const tooLarge = () =>
      new WebhookRejected({ kind: 'too-large', problem: `The body is larger than ${bytesMax} bytes.` });
    if (Number(request.headers['content-length'] ?? 0) > bytesMax) return Promise.reject(tooLarge());
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      const abort = (error: WebhookRejected): void => {
        request.off('data', onData).off('end', onEnd).pause();
        chunks.length = 0;
        readingBytes -= bytes;
        bytes = 0;
        reject(error);
      };
      const onData = (chunk: Buffer): void => {
        bytes += chunk.length;
        readingBytes += chunk.length;
        if (bytes > bytesMax) abort(tooLarge());
        else if (readingBytes > allBytesMax)
          abort(
            new WebhookRejected({
              kind: 'unavailable',
              problem: 'Too many bodies are being read: send the event again.',
            }),
          );
        else chunks.push(chunk);
      };
      const onEnd = (): void => {
        const body = chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks);
        // No longer those of `abort`.
        bytes = 0;
        const end = (): void => {
          readingBytes -= body.length;
          resolve(body);
        };
        const turn = awaitTurn({ body, response, isBatch: isNdjson(request.headers['content-type']) });
        if (turn) void turn.then(end);
        else end();
      };
      request
        .on('data', onData)
        .on('end', onEnd)
        .on('error', () =>
          abort(new WebhookRejected({ kind: 'malformed', problem: 'The body is shorter than announced.' })),
        );
    });
  };
}
