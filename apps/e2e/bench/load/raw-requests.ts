import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { bodies } from './webhook-bodies.ts';

/** The requests that post the bodies to `url`, in their order. */
export function requestsTo(url: string): readonly Buffer[] {
  const { host, pathname } = new URL(url);
  return bodies.map((body) => {
    const headers = `Host: ${host}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}`;
    return Buffer.from(`POST ${pathname} HTTP/1.1\r\n${headers}\r\n\r\n${body}`);
  });
}

/** Opens connections to the server of `url`. @throws if it refuses one */
export async function openSockets(url: string, connections: number): Promise<Socket[]> {
  const { hostname: host, port } = new URL(url);
  const sockets = Array.from({ length: connections }, () => connect({ host, port: Number(port), noDelay: true }));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  return sockets;
}
