import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { resetSocket } from './reset-socket.ts';

/** More than the socket buffers hold, so that a part stays unsent while the peer does not read. */
const tooMuch = Buffer.alloc(16 * 1024 * 1024);

it.each<[string, (socket: Socket) => unknown]>([
  ['is open', () => undefined],
  ['has data that the peer does not read', (socket) => socket.write(tooMuch)],
  ['is to end after data that the peer does not read', (socket) => socket.end(tooMuch)],
  ['sends its FIN', (socket) => socket.end()],
  ['has sent its FIN', (socket) => once(socket.end(), 'finish')],
])('a socket that %s is closed, without an error', async (_title, prepare) => {
  await using cleanup = new AsyncDisposableStack();
  const server = cleanup.use(createServer({ pauseOnConnect: true, allowHalfOpen: true }));
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true });
  await once(socket, 'connect');
  const [peer] = await accepted;
  peer.on('error', () => undefined);
  cleanup.defer(() => void peer.destroy());
  await prepare(socket);

  const closed = once(socket, 'close');
  resetSocket(socket);
  await closed;
});

it('a socket that sends its FIN before it is connected is closed, without an error', async () => {
  await using server = createServer((peer) => peer.on('error', () => undefined));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.end();

  const closed = once(socket, 'close');
  resetSocket(socket);
  await closed;
});
