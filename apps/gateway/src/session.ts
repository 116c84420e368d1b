import { ClientMessage, closeCodes } from '@callstream/contracts';
import type { CloseCause, ServerMessage } from '@callstream/contracts';
import type { RawData, WebSocket } from 'ws';
import { createMessageRate } from './message-rate.ts';
import type { Metrics } from './metrics.ts';
import { createOutbox } from './outbox.ts';
import type { Answer } from './requests.ts';

/** A socket that was behind for this long without any progress is closed, in ms. */
const stalledMsMax = 60_000;

/** Longest that a client may take to answer a close frame, in ms. */
const closeWithinMs = 2_000;

/** One client. */
export interface Session {
  /** Sends a frame that every client gets; while it waits for a slow reader, a newer one of its kind replaces it. */
  readonly send: (kind: string, frame: string) => void;
  readonly close: (cause: CloseCause) => void;
  /** To be called regularly: closes who does not read or does not answer, and asks again whether it is there. */
  readonly check: () => void;
}

const welcome: ServerMessage = { event: 'Welcome', data: 'Welcome', status: 'Ok' };

/** Speaks with one client until its socket closes. */
export function createSession(
  socket: WebSocket,
  { answer, metrics }: { answer: Answer; metrics: Pick<Metrics, 'frames' | 'closes'> },
): Session {
  const outbox = createOutbox(socket, () => metrics.frames.inc());
  const rate = createMessageRate(performance.now());
  let alive = true;

  const close = (cause: CloseCause): void => {
    metrics.closes.inc({ cause });
    const { code, reason } = closeCodes[cause];
    socket.close(code, reason);
    // Who does not read does not see a close frame either, and must not hold up our end.
    setTimeout(() => socket.terminate(), closeWithinMs).unref();
  };

  const receive = async (data: RawData, isBinary: boolean): Promise<void> => {
    if (isBinary) return close('notText');
    if (!rate.take(performance.now())) return close('flood');
    const read = readMessage(data);
    if ('invalid' in read) return outbox.send('InvalidMessage', JSON.stringify(read.invalid));
    const { message } = read;
    const kind = message.id === undefined ? `${message.event} ${JSON.stringify(message.data)}` : `id ${message.id}`;
    outbox.send(kind, JSON.stringify(await answer(message)));
  };

  socket.on('message', (data, isBinary) => void receive(data, isBinary));
  socket.on('pong', () => (alive = true));
  outbox.send('Welcome', JSON.stringify(welcome));
  return {
    send: outbox.send,
    close,
    check: () => {
      if (outbox.stalledMs(performance.now()) > stalledMsMax) return close('slow');
      if (!alive) return close('unresponsive');
      alive = false;
      socket.ping();
    },
  };
}

function readMessage(data: RawData): { message: ClientMessage } | { invalid: ServerMessage } {
  const invalid = (error: string): { invalid: ServerMessage } => ({
    invalid: { event: 'InvalidMessage', status: 'Failed', data: { success: false, error } },
  });
  let value: unknown;
  try {
    value = JSON.parse((data as Buffer).toString());
  } catch {
    return invalid('The message is not JSON.');
  }
  const message = ClientMessage.safeParse(value);
  return message.success
    ? { message: message.data }
    : invalid('A message is {"event": "…", "data": {…}}, with an "id" if you like.');
}
