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

/** A socket, and a log of its callbacks. */
function open(to: number, silenceMaxMs = 60_000) {
  const log: string[] = [];
  const socket = openReconnectingSocket({
    protocols: () => [],
    url: `ws://127.0.0.1:${to}/`,
    silenceMaxMs,
    doubtAfterMs: 0,
    onText: (text) => log.push(`text ${text ?? 'none'}`),
    onLost: (reason) => log.push(`lost ${reason}`),
    onRefused: (reason) => log.push(`refused ${reason}`),
    onTick: () => undefined,
  });
  return { log, [Symbol.dispose]: socket.close };
}
const eventually = (condition: () => boolean, message: string) =>
  until(condition, { everyMs: 5, onTimeout: () => new Error(message) });
const connected = (count: number) =>
  eventually(() => accepted.length >= count, `only ${accepted.length} of ${count} connections`);

describe('a reconnecting socket', () => {
  it('reconnects when the connection breaks, and when the server closes it with a code below 4500', async () => {
    await using proxy = await startProxy({ to: { port } });
    using client = open(proxy.port);
    await connected(1);
    proxy.cut();
    await connected(2);
    accepted[1]?.close(4_008, 'Too little was read.');
    await connected(3);
    expect(client.log).toEqual(['lost The connection was closed with code 1006.', 'lost Too little was read.']);
  });

  it('retries until the server accepts connections', async () => {
    await using proxy = await startProxy({ to: { port } });
    await proxy.refuse();
    using client = open(proxy.port);
    await eventually(() => client.log.length > 1, 'it did not retry');
    await proxy.resume();
    await connected(1);
  });

  it('does not reconnect after a close code from 4500 on', async () => {
    using client = open(port);
    await connected(1);
    accepted[0]?.close(4_529, 'Too many messages.');
    await eventually(() => client.log.length > 0, 'it did not see the close');
    expect(client.log).toEqual(['refused Too many messages.']);
  });

  it('replaces a silent connection, without waiting for it to close', async () => {
    await using proxy = await startProxy({ to: { port } });
    using client = open(proxy.port, 1_500);
    await connected(1);
    accepted[0]?.send('a');
    await eventually(() => client.log.length > 0, 'no frame arrived');
    proxy.stall();
    await eventually(() => client.log.length > 1, 'it did not notice the silence');
    expect(client.log).toEqual(['text a', 'lost No frame arrived for 1.5 s.']);
    await proxy.resume();
    await connected(2);
  });

  it('replaces a silent connection at once when the browser is online again', async () => {
    const page = new EventTarget();
    Object.assign(globalThis, {
      addEventListener: page.addEventListener.bind(page),
      removeEventListener: page.removeEventListener.bind(page),
    });
    try {
      using client = open(port);
      await connected(1);
      await until(() => client.log.length > 0 || (page.dispatchEvent(new Event('online')), false), {
        everyMs: 5,
        onTimeout: () => new Error('it did not wake'),
      });
      await connected(2);
      expect(client.log[0]).toBe('lost No frame arrived while the page was asleep.');
    } finally {
      Reflect.deleteProperty(globalThis, 'addEventListener');
      Reflect.deleteProperty(globalThis, 'removeEventListener');
    }
  });

  it('does not reconnect if it is closed while it connects', () => {
    const client = open(port);
    client[Symbol.dispose]();
    expect(client.log).toEqual([]);
  });

  it('throws if the URL is invalid', () => expect(() => openUrl('nowhere')).toThrow());
});

const openUrl = (url: string) =>
  openReconnectingSocket({
    protocols: () => [],
    url,
    silenceMaxMs: 1,
    doubtAfterMs: 1,
    onText: () => undefined,
    onLost: () => undefined,
    onRefused: () => undefined,
    onTick: () => undefined,
  });
