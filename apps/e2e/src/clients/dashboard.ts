import { once } from 'node:events';
import { within } from '@callstream/runtime';
import type { ListedEvent } from '@callstream/contracts';
import type { CallRow } from '@callstream/tables';
import { WebSocket } from 'ws';

interface SocketFrame {
  readonly event: string;
  readonly data: unknown;
  readonly status?: string;
  readonly id?: string | number;
}

/** A dashboard's side of a socket. */
export interface Dashboard extends AsyncDisposable {
  /** Asks, and waits for the answer with the same id. */
  readonly ask: (event: string, data: object) => Promise<SocketFrame>;
  readonly listCalls: (params?: object) => Promise<CallRow[]>;
  readonly listCallEvents: (callId: string) => Promise<ListedEvent[]>;
  /** How many DataChanged have come. */
  readonly changes: () => number;
  /** Resolves with the next DataChanged after the `seen`th; at once if it is there. The value is when, by `performance.now()`. */
  readonly changedAfter: (seen: number) => Promise<number>;
  /** Resolves when the socket is closed, with the close code. */
  readonly closed: Promise<number>;
}

const patienceMs = 20_000;

export async function openDashboard(socketUrl: string): Promise<Dashboard> {
  const socket = new WebSocket(socketUrl, { perMessageDeflate: false });
  const answers = new Map<string | number, (frame: SocketFrame) => void>();
  const changedAt: number[] = [];
  let wake = Promise.withResolvers<undefined>();
  const welcomed = Promise.withResolvers<SocketFrame>();

  socket.on('message', (data: Buffer) => {
    const now = performance.now();
    const frame = JSON.parse(data.toString()) as SocketFrame;
    welcomed.resolve(frame);
    if (frame.event === 'DataChanged') {
      changedAt.push(now);
      wake.resolve(undefined);
      wake = Promise.withResolvers();
    }
    if (frame.id !== undefined) answers.get(frame.id)?.(frame);
  });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await once(socket, 'open');
  // Of a gateway that is killed; what counts is that it is closed.
  socket.on('error', () => undefined);
  const first = await within(patienceMs, welcomed.promise);
  if (first.event !== 'Welcome') throw new Error(`The first frame is ${first.event}.`);

  let lastId = 0;
  const ask = async (event: string, data: object): Promise<SocketFrame> => {
    const id = ++lastId;
    const answer = new Promise<SocketFrame>((resolve) => answers.set(id, resolve));
    socket.send(JSON.stringify({ event, data, id }));
    try {
      return await within(patienceMs, answer);
    } finally {
      answers.delete(id);
    }
  };
  const rows = async <T>(event: string, data: object): Promise<T[]> => {
    const answer = await ask(event, data);
    if (answer.status !== 'Ok') throw new Error(`${event}: ${JSON.stringify(answer.data)}`);
    return answer.data as T[];
  };
  return {
    ask,
    listCalls: (params = {}) => rows<CallRow>('ListCalls', { params }),
    listCallEvents: (callId) => rows<ListedEvent>('ListCallEvents', { call_id: callId }),
    changes: () => changedAt.length,
    changedAfter: async (seen) => {
      for (;;) {
        const at = changedAt[seen];
        if (at !== undefined) return at;
        await within(patienceMs, wake.promise);
      }
    },
    closed,
    [Symbol.asyncDispose]: async () => {
      socket.close();
      await closed;
    },
  };
}
