import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { startBalancer } from './balancer.ts';

/** A server that sends its name to each connection. */
async function startNamed(name: string): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer((socket) => void socket.on('error', () => undefined).end(name)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    await closed;
  };
  return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: close };
}

/** What a connection receives; '' if it is reset. */
async function read(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  return (await socket.toArray().catch(() => [])).join('');
}

it('balances round-robin, skips servers that refuse, and resets a connection if all refuse', async () => {
  await using a = await startNamed('a');
  await using cleanup = new AsyncDisposableStack();
  const b = cleanup.use(await startNamed('b'));
  await using balancer = await startBalancer([a.port, b.port]);
  const readFour = async (): Promise<string[]> => {
    const names: string[] = [];
    for (let i = 0; i < 4; i++) names.push(await read(balancer.port));
    return names;
  };
  expect(await readFour()).toEqual(['a', 'b', 'a', 'b']);
  await cleanup.disposeAsync();
  expect(await readFour()).toEqual(['a', 'a', 'a', 'a']);
  // Concurrent connections too.
  const atOnce = await Promise.all(Array.from({ length: 20 }, () => read(balancer.port)));
  expect(atOnce).toEqual(Array.from({ length: 20 }, () => 'a'));
  await a[Symbol.asyncDispose]();
  expect(await read(balancer.port)).toBe('');
});
