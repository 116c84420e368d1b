import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { startBalancer } from './balancer.ts';

/** Says its name to who connects. */
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

/** What a connection is told; '' if it is cut off. */
async function ask(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  return (await socket.toArray().catch(() => [])).join('');
}

it('goes round, past one that refuses, and cuts off who finds nobody', async () => {
  await using a = await startNamed('a');
  await using cleanup = new AsyncDisposableStack();
  const b = cleanup.use(await startNamed('b'));
  await using balancer = await startBalancer([a.port, b.port]);
  const four = async (): Promise<string[]> => {
    const told: string[] = [];
    for (let i = 0; i < 4; i++) told.push(await ask(balancer.port));
    return told;
  };
  expect(await four()).toEqual(['a', 'b', 'a', 'b']);
  await cleanup.disposeAsync();
  expect(await four()).toEqual(['a', 'a', 'a', 'a']);
  // Also when they come at the same time.
  const atOnce = await Promise.all(Array.from({ length: 20 }, () => ask(balancer.port)));
  expect(atOnce).toEqual(Array.from({ length: 20 }, () => 'a'));
  await a[Symbol.asyncDispose]();
  expect(await ask(balancer.port)).toBe('');
});
