import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { openAmi } from './connection.ts';

/** Connects to a server that does `serve` with each connection. */
async function connectTo(serve: (socket: Socket) => void): Promise<unknown> {
  const server = createServer((socket) => serve(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    return await openAmi({
      host: '127.0.0.1',
      port,
      tls: false,
      ca: undefined,
      user: 'callstream',
      secret: 'secret',
      signal: new AbortController().signal,
      onEvents: () => Promise.resolve(),
      onExcess: () => undefined,
    });
  } finally {
    server.close();
  }
}

it.each([
  ['another protocol', 'SSH-2.0-OpenSSH_9.9\r\n', /is no manager interface of an Asterisk/],
  ['binary', Buffer.from([0x16, 0x03, 0x01, 0xff, 0x0a]), /is no manager interface of an Asterisk/],
])('a server that speaks %s is named as no PBX', async (_, greeting, problem) => {
  await expect(connectTo((socket) => socket.write(greeting))).rejects.toThrow(problem);
});

it('a PBX that ends the connection at once is an error, and no wait', async () => {
  await expect(connectTo((socket) => socket.end())).rejects.toThrow('The PBX closed the connection.');
});
