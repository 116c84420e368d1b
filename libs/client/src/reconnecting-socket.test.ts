import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { startProxy, until } from '@callstream/stack';
import type { WebSocket as ServerSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { openReconnectingSocket } from './reconnecting-socket.ts';

let server: WebSocketServer;
let port: number;
const accepted: ServerSocket[] = [];
beforeAll(async () => {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (socket) => accepted.push(socket));
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterEach(() => {
  accepted.splice(0).forEach((socket) => socket.terminate());
});
afterAll(() => server.close());

/** A link, and what it said. */
function open(to: number, silenceMaxMs = 60_000) {
  const said: string[] = [];
  const link = openReconnectingSocket({
    protocols: () => [],
    ...{ url: `ws://127.0.0.1:${to}/`, silenceMaxMs, doubtAfterMs: 0 },
    onText: (text) => said.push(`text ${text ?? 'none'}`),
    onLost: (reason) => said.push(`lost ${reason}`),
    onRefused: (reason) => said.push(`refused ${reason}`),
    onTick: () => undefined,
  });
  return { said, link, [Symbol.dispose]: link.close };
}
const eventually = (is: () => boolean, what: string) =>
  until(is, { timeoutMs: 20_000, everyMs: 5, onTimeout: () => new Error(what) });
const connected = (count: number) =>
  eventually(() => accepted.length >= count, `only ${accepted.length} of ${count} connections`);

describe('a link', () => {
  it('comes back when it was cut, and when the server says so', async () => {
    await using proxy = await startProxy({ to: { port } });
    using client = open(proxy.port);
    await connected(1);
    proxy.cut();
    await connected(2);
    accepted[1]?.close(4_008, 'Too little was read.');
    await connected(3);
    expect(client.said).toEqual(['lost The connection was closed with code 1006.', 'lost Too little was read.']);
  });

  it('comes back when nobody was there to connect to', async () => {
    await using proxy = await startProxy({ to: { port } });
    await proxy.refuse();
    using client = open(proxy.port);
    await eventually(() => client.said.length > 1, 'it does not try again');
    await proxy.resume();
    await connected(1);
  });

  it('does not come back when the server says that it is of no use', async () => {
    using client = open(port);
    await connected(1);
    accepted[0]?.close(4_529, 'Too many messages.');
    await eventually(() => client.said.length > 0, 'it hears nothing');
    expect(client.said).toEqual(['refused Too many messages.']);
  });

  it('gives up a connection on which nothing comes any more, without waiting for it to close', async () => {
    await using proxy = await startProxy({ to: { port } });
    using client = open(proxy.port, 1_500);
    await connected(1);
    accepted[0]?.send('a');
    await eventually(() => client.said.length > 0, 'nothing comes');
    proxy.stall();
    await eventually(() => client.said.length > 1, 'it does not notice');
    expect(client.said).toEqual(['text a', 'lost Nothing came for 1.5 s.']);
    await proxy.resume();
    await connected(2);
  });

  it('is in doubt, and tried at once, when a browser says that the network is back', async () => {
    const page = new EventTarget();
    Object.assign(globalThis, {
      addEventListener: page.addEventListener.bind(page),
      removeEventListener: page.removeEventListener.bind(page),
    });
    try {
      using client = open(port);
      await connected(1);
      await until(() => client.said.length > 0 || (page.dispatchEvent(new Event('online')), false), {
        timeoutMs: 20_000,
        everyMs: 5,
        onTimeout: () => new Error('it does not wake'),
      });
      await connected(2);
      expect(client.said[0]).toBe('lost Nothing came while the page slept.');
    } finally {
      Reflect.deleteProperty(globalThis, 'addEventListener');
      Reflect.deleteProperty(globalThis, 'removeEventListener');
    }
  });

  it('refuses what is no address', () => expect(() => openLinkTo('nowhere')).toThrow());
});

const openLinkTo = (url: string) =>
  openReconnectingSocket({
    protocols: () => [],
    ...{ url, silenceMaxMs: 1, doubtAfterMs: 1 },
    onText: () => undefined,
    onLost: () => undefined,
    onRefused: () => undefined,
    onTick: () => undefined,
  });
