import { once } from 'node:events';
import { ServerMessage } from '@callstream/contracts';
import { until } from '@callstream/stack';
import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';

export interface TestClient extends Disposable {
  readonly socket: WebSocket;
  /** All frames so far; each was checked against the protocol's schema. */
  readonly frames: ServerMessage[];
  readonly send: (message: unknown) => void;
  /** Takes the first frame that matches and was not taken before. */
  readonly next: (matches: (message: ServerMessage) => boolean) => Promise<ServerMessage>;
  /** Resolves to the close code. */
  readonly closed: Promise<number>;
}

/** Connects a client that checks every frame against the protocol's schema. */
export async function connect(
  port: number,
  path = '/',
  { protocols = [], ...options }: ClientOptions & { readonly protocols?: string[] } = {},
): Promise<TestClient> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, options);
  const frames: ServerMessage[] = [];
  const taken = new Set<ServerMessage>();
  socket.on('message', (data: Buffer) => frames.push(ServerMessage.parse(JSON.parse(data.toString()))));
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await once(socket, 'open');
  return {
    socket,
    frames,
    closed,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    next: async (matches) => {
      const found = await until(() => frames.find((frame) => !taken.has(frame) && matches(frame)), {
        everyMs: 5,
        onTimeout: () => new Error(`No such frame among: ${frames.map(({ event }) => event).join(', ')}`),
      });
      taken.add(found);
      return found;
    },
    [Symbol.dispose]: () => socket.terminate(),
  };
}
