import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { until } from '@callstream/stack';
import { WebSocket } from 'ws';
import { createSender } from '../load/sender.ts';
import type { ProxyConnection } from '../proxies/example-config.ts';
import type { System } from '../system/system.ts';

/** Addresses at a proxy. */
export interface ProxiedAddresses {
  readonly webhookUrl: string;
  readonly socketUrl: string;
  /** Of the page. */
  readonly origin: string;
  readonly connect: ProxyConnection;
}

/** A webhook and a socket through a proxy. @returns what was tried */
export async function tryProxy({ untilProjected }: System, addresses: ProxiedAddresses): Promise<string> {
  const { webhookUrl, socketUrl, origin, connect } = addresses;
  const call_id = randomUUID();
  await using sender = createSender(webhookUrl, 1, connect);
  expect(await sender.post(JSON.stringify({ type: 'call.new', call_id }))).toMatchObject({ status: 200 });
  await untilProjected();

  const socket = new WebSocket(socketUrl, { ...connect, origin });
  const frames: string[] = [];
  socket.on('message', (data: Buffer) => frames.push(data.toString()));
  await once(socket, 'open');
  socket.send(JSON.stringify({ event: 'ListCallEvents', data: { call_id }, id: 1 }));
  await until(() => frames.some((frame) => frame.includes('"ListCallEvents"') && frame.includes(call_id)), {
    onTimeout: () => new Error(`The socket has only ${frames.join('\n')}`),
  });
  const closed = once(socket, 'close');
  socket.close();
  await closed;
  return 'webhooks, sockets';
}
