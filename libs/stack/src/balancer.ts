import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { resetSocket } from './reset-socket.ts';

/** A TCP load balancer on 127.0.0.1, for tests. Disposed, it cuts what is open. */
export interface Balancer extends AsyncDisposable {
  readonly port: number;
}

/** Connections go to `ports` in turn, past those that refuse. Who has one keeps it, as with HAProxy or a Service of Kubernetes. */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const open = new Set<Socket>();
  let turn = 0;
  const keep = (socket: Socket): void => {
    open.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => open.delete(socket));
  };
  const reach = async (): Promise<Socket | undefined> => {
    // Those of others are not in it: each tries every port.
    const first = turn++;
    for (let i = 0; i < ports.length; i++) {
      const far = connect({ host: '127.0.0.1', port: ports[(first + i) % ports.length] ?? 0 });
      const isThere = await once(far, 'connect').then(
        () => true,
        () => false,
      );
      if (isThere) return far;
    }
    return undefined;
  };
  const join = async (near: Socket): Promise<void> => {
    keep(near);
    const far = await reach();
    if (!far || near.destroyed) {
      far?.destroy();
      resetSocket(near);
      return;
    }
    keep(far);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroySoon());
    near.pipe(far).pipe(near);
  };
  const server = createServer({ pauseOnConnect: true }, (near) => void join(near));
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
