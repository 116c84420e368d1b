import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Node's option for servers of a cluster, which its types lack: false gives connections beyond `maxConnections` to another worker. */
interface ClusterServer extends Server {
  dropMaxConnection?: boolean;
}

/**
 * Calls `onChange` when a server reaches its `maxConnections`, and when it is below them again.
 * @returns sets whether it closes connections beyond them
 */
export function watchFull(server: ClusterServer, onChange: (isFull: boolean) => void): (isDropping: boolean) => void {
  let wasFull = false;
  const check = (): void =>
    void server.getConnections((_error, open) => {
      const isFull = open >= server.maxConnections;
      if (isFull !== wasFull) onChange((wasFull = isFull));
    });
  server.on('connection', (socket: Socket) => {
    socket.once('close', check);
    check();
  });
  check();
  return (isDropping) => (server.dropMaxConnection = isDropping);
}
