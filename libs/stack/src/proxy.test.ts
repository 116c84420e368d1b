import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { startProxy } from './proxy.ts';
import type { Proxy } from './proxy.ts';
import { until } from './until.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((done) => server.close(done));
});

/** A server that echoes each chunk, with its name before it. */
async function startEcho(name: string): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).on('data', (data) => socket.write(`${name}:${data.toString()}`));
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

interface EchoClient {
  readonly socket: Socket;
  readonly received: () => string;
  /** The code of the error that closed it; '' if it closed without one. */
  readonly ended: Promise<string>;
}

function dial({ port }: Proxy): EchoClient {
  let received = '';
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  const socket = connect(port, '127.0.0.1')
    .on('data', (data) => (received += data.toString()))
    .on('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? 'unknown'))
    .on('close', () => resolve(''));
  return { socket, received: () => received, ended };
}

const expectReceived = ({ received }: EchoClient, text: string) =>
  until(() => received() === text, {
    everyMs: 5,
    onTimeout: () => new Error(`received "${received()}"`),
  });

/** Connects through the proxy, and expects an answer of the server `name`. */
async function expectEcho(proxy: Proxy, name: string): Promise<EchoClient> {
  const client = dial(proxy);
  client.socket.write('hello');
  await expectReceived(client, `${name}:hello`);
  return client;
}

it('forwards everything, and closes both sides when one closes', async () => {
  await using proxy = await startProxy({ to: { port: await startEcho('a') } });
  const client = await expectEcho(proxy, 'a');
  expect(proxy.connections()).toBe(1);
  client.socket.end();
  expect(await client.ended).toBe('');
  await until(() => proxy.connections() === 0, { onTimeout: () => new Error('still open') });
});

it('cut resets open connections, and accepts new ones', async () => {
  await using proxy = await startProxy({ to: { port: await startEcho('a') } });
  const client = await expectEcho(proxy, 'a');
  proxy.cut();
  expect(await client.ended).toBe('ECONNRESET');
  (await expectEcho(proxy, 'a')).socket.destroy();
});

it('refuse resets and refuses connections, until resume accepts them on the same port', async () => {
  await using proxy = await startProxy({ to: { port: await startEcho('a') } });
  const client = await expectEcho(proxy, 'a');
  await proxy.refuse();
  expect(await client.ended).toBe('ECONNRESET');
  expect(await dial(proxy).ended).toBe('ECONNREFUSED');
  await proxy.resume();
  (await expectEcho(proxy, 'a')).socket.destroy();
});

it('stall forwards nothing, until resume forwards what was sent meanwhile', async () => {
  await using proxy = await startProxy({ to: { port: await startEcho('a') } });
  const before = await expectEcho(proxy, 'a');
  proxy.stall();
  const during = dial(proxy);
  await once(during.socket, 'connect');
  before.socket.write('?');
  during.socket.write('!');
  // An answer through another proxy shows that there was enough time for one.
  await using other = await startProxy({ to: { port: await startEcho('b') } });
  (await expectEcho(other, 'b')).socket.destroy();
  expect([before.received(), during.received()]).toEqual(['a:hello', '']);
  await proxy.resume();
  await expectReceived(before, 'a:helloa:?');
  await expectReceived(during, 'a:!');
  before.socket.destroy();
  during.socket.destroy();
});

it('switchTo resets connections, and connects new ones to the other target', async () => {
  await using proxy = await startProxy({ to: { port: await startEcho('a') } });
  const client = await expectEcho(proxy, 'a');
  proxy.switchTo({ port: await startEcho('b') });
  expect(await client.ended).toBe('ECONNRESET');
  (await expectEcho(proxy, 'b')).socket.destroy();
});

it('resets a connection whose target refuses it', async () => {
  const port = await startEcho('a');
  await new Promise((done) => servers.pop()!.close(done));
  await using proxy = await startProxy({ to: { port } });
  expect(await dial(proxy).ended).toBe('ECONNRESET');
});

it('mute forwards requests but no responses, until resume', async () => {
  const received: string[] = [];
  const server = createServer((socket) => {
    socket
      .on('error', () => undefined)
      .on('data', (data) => {
        received.push(data.toString());
        socket.write('thanks');
      });
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  await using proxy = await startProxy({ to: { port: (server.address() as AddressInfo).port } });
  const client = dial(proxy);
  client.socket.write('one');
  await expectReceived(client, 'thanks');
  proxy.mute();
  client.socket.write('two');
  await until(() => received.length === 2, { onTimeout: () => new Error(received.join()) });
  expect(client.received()).toBe('thanks');
  await proxy.resume();
  await expectReceived(client, 'thanksthanks');
  expect(received).toEqual(['one', 'two']);
});
