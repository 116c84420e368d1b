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
  readonly error?: string;
}

/** A bare WebSocket client of the gateway: requests, and `DataChanged`. */
export interface Dashboard extends AsyncDisposable {
  /** Sends a request, and resolves with the answer that has its id. */
  readonly request: (event: string, data: object) => Promise<SocketFrame>;
  readonly listCalls: (params?: object) => Promise<CallRow[]>;
  readonly listCallEvents: (callId: string) => Promise<ListedEvent[]>;
  /** Number of `DataChanged` so far. */
  readonly changes: () => number;
  /** Resolves once more than `seen` `DataChanged` have come, with the time of the next one by `performance.now()`. */
  readonly changedAfter: (seen: number) => Promise<number>;
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
}

const timeoutMs = 60_000;

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
  // A killed gateway resets the connection: 'close' follows, and is what counts.
  socket.on('error', () => undefined);
  const first = await within(timeoutMs, welcomed.promise);
  if (first.event !== 'Welcome') throw new Error(`The first frame must be Welcome, and is ${first.event}.`);

  let lastId = 0;
  const request = async (event: string, data: object): Promise<SocketFrame> => {
    const id = ++lastId;
    const answer = new Promise<SocketFrame>((resolve) => answers.set(id, resolve));
    socket.send(JSON.stringify({ event, data, id }));
    try {
      return await within(timeoutMs, answer);
    } finally {
      answers.delete(id);
    }
  };
  const list = async <T>(event: string, data: object): Promise<T[]> => {
    const answer = await request(event, data);
    if (answer.status !== 'Ok') throw new Error(`${event}: ${answer.error}`);
    return answer.data as T[];
  };
  return {
    request,
    listCalls: (params = {}) => list<CallRow>('ListCalls', { params }),
    listCallEvents: (callId) => list<ListedEvent>('ListCallEvents', { call_id: callId }),
    changes: () => changedAt.length,
    changedAfter: async (seen) => {
      for (;;) {
        const at = changedAt[seen];
        if (at !== undefined) return at;
        await within(timeoutMs, wake.promise);
      }
    },
    closed,
    [Symbol.asyncDispose]: async () => {
      socket.close();
      await closed;
    },
  };
}
