import { EventEmitter, once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { createReadBody } from './body.ts';

const requestOf = (bytes: number): IncomingMessage =>
  Object.assign(Readable.from([Buffer.alloc(bytes)]), { headers: {} }) as unknown as IncomingMessage;

it('a large body that waits for its turn counts as being read, and no longer once it had it', async () => {
  const read = createReadBody(() => 1_000_000, 250_000);
  const first = requestOf(200_000);
  const response = new EventEmitter();
  const body = read(first, response);
  await once(first, 'end');
  await expect(read(requestOf(100_000), new EventEmitter())).rejects.toMatchObject({
    rejection: { kind: 'unavailable' },
  });
  expect(await body).toHaveLength(200_000);
  response.emit('close');
  expect(await read(requestOf(100_000), new EventEmitter())).toHaveLength(100_000);
});
