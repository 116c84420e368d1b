import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { resetSocket } from './reset-socket.ts';

/** A TCP load balancer on 127.0.0.1, for tests. Disposing it closes its connections. */
export interface Balancer extends AsyncDisposable {
  readonly port: number;
}

/** Balances connections round-robin over `ports`, and skips ports that refuse. An open connection stays with its server. */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const open = new Set<Socket>();
  let connections = 0;
  const track = (socket: Socket): void => {
    open.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => open.delete(socket));
  };
  const connectToAny = async (): Promise<Socket | undefined> => {
    // Captured: concurrent connections must not change where this one goes on.
    const first = connections++;
    for (let i = 0; i < ports.length; i++) {
      const upstream = connect({ host: '127.0.0.1', port: ports[(first + i) % ports.length] ?? 0 });
      const isConnected = await once(upstream, 'connect').then(
        () => true,
        () => false,
      );
      if (isConnected) return upstream;
    }
    return undefined;
  };
  const forward = async (client: Socket): Promise<void> => {
    track(client);
    const upstream = await connectToAny();
    if (!upstream || client.destroyed) {
      upstream?.destroy();
      resetSocket(client);
      return;
    }
    track(upstream);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroySoon());
    client.pipe(upstream).pipe(client);
  };
  const server = createServer({ pauseOnConnect: true }, (client) => void forward(client));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      open.forEach((socket) => socket.destroy());
      await closed;
    },
  };
}
