import type { Socket } from 'node:net';

/**
 * Closes a connection with a TCP reset. While the socket sends its FIN, libuv refuses to reset it (EINVAL); Node then
 * neither closes the handle nor emits 'close', and a process with such a handle spins for ever instead of exiting
 * (seen in Node 24.21). Such a socket is closed without a reset: its peer sees the end of the connection in any case.
 */
export function resetSocket(socket: Socket): void {
  const isSendingFin = socket.writableEnded && !socket.writableFinished && socket.writableLength === 0;
  if (isSendingFin) socket.destroy();
  else socket.resetAndDestroy();
}
