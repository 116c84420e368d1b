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

/** Answers every piece of text with itself and its own name. */
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
  readonly heard: () => string;
  /** The code of the error that ended it; '' if it ended without one. */
  readonly ended: Promise<string>;
}

function dial({ port }: Proxy): EchoClient {
  let heard = '';
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  const socket = connect(port, '127.0.0.1')
    .on('data', (data) => (heard += data.toString()))
    .on('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? 'unknown'))
    .on('close', () => resolve(''));
  return { socket, heard: () => heard, ended };
}

const hears = ({ heard }: EchoClient, text: string) =>
  until(() => heard() === text, { timeoutMs: 20_000, everyMs: 5, onTimeout: () => new Error(`heard "${heard()}"`) });

async function talks(proxy: Proxy, name: string): Promise<EchoClient> {
  const client = dial(proxy);
  client.socket.write('hello');
  await hears(client, `${name}:hello`);
  return client;
}

it('passes everything on, and ends what either side ends', async () => {
  await using proxy = await startProxy({ to: { port: await startEcho('a') } });
  const client = await talks(proxy, 'a');
  expect(proxy.connections()).toBe(1);
  client.socket.end();
  expect(await client.ended).toBe('');
  await until(() => proxy.connections() === 0, { timeoutMs: 20_000, onTimeout: () => new Error('still open') });
});

it('cuts what is open, and takes new connections', async () => {
  await using proxy = await startProxy({ to: { port: await startEcho('a') } });
  const client = await talks(proxy, 'a');
  proxy.cut();
  expect(await client.ended).toBe('ECONNRESET');
  (await talks(proxy, 'a')).socket.destroy();
});

it('refuses, and takes connections again on the same port', async () => {
  await using proxy = await startProxy({ to: { port: await startEcho('a') } });
  const client = await talks(proxy, 'a');
  await proxy.refuse();
  expect(await client.ended).toBe('ECONNRESET');
  expect(await dial(proxy).ended).toBe('ECONNREFUSED');
  await proxy.resume();
  (await talks(proxy, 'a')).socket.destroy();
});

it('stalls without a word; what was said meanwhile arrives when it resumes', async () => {
  await using proxy = await startProxy({ to: { port: await startEcho('a') } });
  const before = await talks(proxy, 'a');
  proxy.stall();
  const during = dial(proxy);
  await once(during.socket, 'connect');
  before.socket.write('?');
  during.socket.write('!');
  // A connection to somewhere else shows that time enough has passed for an answer.
  await using other = await startProxy({ to: { port: await startEcho('b') } });
  (await talks(other, 'b')).socket.destroy();
  expect([before.heard(), during.heard()]).toEqual(['a:hello', '']);
  await proxy.resume();
  await hears(before, 'a:helloa:?');
  await hears(during, 'a:!');
  before.socket.destroy();
  during.socket.destroy();
});

it('leads new connections elsewhere', async () => {
  await using proxy = await startProxy({ to: { port: await startEcho('a') } });
  const client = await talks(proxy, 'a');
  proxy.switchTo({ port: await startEcho('b') });
  expect(await client.ended).toBe('ECONNRESET');
  (await talks(proxy, 'b')).socket.destroy();
});

it('resets a connection whose target is not there', async () => {
  const port = await startEcho('a');
  await new Promise((done) => servers.pop()!.close(done));
  await using proxy = await startProxy({ to: { port } });
  expect(await dial(proxy).ended).toBe('ECONNRESET');
});

it('lets what is sent arrive, but no answer come back, until it resumes', async () => {
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
  await hears(client, 'thanks');
  proxy.mute();
  client.socket.write('two');
  await until(() => received.length === 2, { timeoutMs: 20_000, onTimeout: () => new Error(received.join()) });
  expect(client.heard()).toBe('thanks');
  await proxy.resume();
  await hears(client, 'thanksthanks');
  expect(received).toEqual(['one', 'two']);
});
