import { closeCodes } from '@callstream/contracts';
import type { CloseCause, ServerMessage } from '@callstream/contracts';
import type { RawData, WebSocket } from 'ws';
import { createAdmission } from './access/admission.ts';
import type { Access, Verify } from './access/verify.ts';
import type { Client } from './client.ts';
import { createMessageRate } from './message-rate.ts';
import type { Metrics } from './metrics.ts';
import { createOutbox } from './outbox.ts';
import type { Queue } from './queues.ts';
import { readMessage } from './read-message.ts';
import type { Answer } from './requests.ts';

/** A socket that was behind for this long without any progress is closed, in ms: it comes back with its cursor. */
const stalledMsMax = 15_000;
/** One that never subscribed has none, and old dashboards do not reconnect: they are given longer, in ms. */
const stalledMsMaxWithoutCursor = 60_000;
/** How often each socket is asked whether it is still there, in ms. Proxies close what is silent for 30 to 60 s. */
const pingEveryMs = 25_000;

/** What a session speaks with. */
export interface Conversation {
  readonly answer: Answer;
  readonly verify: Verify;
  /** The client takes more again. */
  readonly onRoom: (client: Client) => void;
  /** The client is gone. */
  readonly onClosed: (client: Client) => void;
  /** Whether it has what it needs to go on where it was, should it be closed. */
  readonly isResumable: (client: Client) => boolean;
}

export interface SessionOptions extends Conversation {
  /** The token that came with the request for the socket. */
  readonly token: string | undefined;
  readonly metrics: Pick<Metrics, 'frames' | 'closes'>;
}

/** One client. */
export interface Session extends Client {
  /** To be called every few seconds: closes who does not read or does not answer, and asks again whether it is there. */
  readonly check: () => void;
  readonly queue: () => Queue;
}

const welcome = JSON.stringify({ event: 'Welcome', data: 'Welcome', status: 'Ok' } satisfies ServerMessage);

const authenticated = ({ expiresAt }: Access): string =>
  JSON.stringify({ event: 'Authenticated', status: 'Ok', data: { expires_at: expiresAt } } satisfies ServerMessage);

/** Speaks with one client until its socket closes. */
export function createSession(
  socket: WebSocket,
  { answer, verify, token, onRoom, onClosed, isResumable, metrics }: SessionOptions,
): Session {
  const now = (): number => performance.now();
  const outbox = createOutbox(socket, {
    now,
    onSent: () => metrics.frames.inc(),
    onRoom: () => onRoom(session),
  });
  const rate = createMessageRate(now());
  let closing = false;
  let pinged: { readonly at: number; readonly answered: boolean } = { at: now(), answered: true };

  const close = (cause: CloseCause): void => {
    if (closing) return;
    closing = true;
    metrics.closes.inc({ cause });
    const { code, reason } = closeCodes[cause];
    socket.close(code, reason);
  };

  const send = (kind: string, frame: string): void => {
    if (!closing && !outbox.send(kind, frame)) close('slow');
  };

  const receive = async (data: RawData, isBinary: boolean): Promise<void> => {
    if (closing) return;
    if (isBinary) return close('notText');
    if (!rate.take(now())) return close('flood');
    const text = (data as Buffer).toString();
    const read = readMessage(text);
    const isToken = 'message' in read && read.message.event === 'Authenticate';
    // What follows a token waits for it to be checked: who sends both at once is not turned away.
    if (!isToken) await admission.settled();
    // It may have gone meanwhile: nobody would take it off what it asks to be put on.
    if (socket.readyState !== socket.OPEN) return;
    // A waiting answer is replaced by a newer one to the same text. (Never stringify what a client sent: it may be
    // nested so deep that the stack overflows.)
    const frame = await answer(read, session);
    if (frame !== null) send(text, frame);
  };

  const admission = createAdmission({
    ...{ verify, token, close },
    tell: (access) => send('Authenticated', authenticated(access)),
  });

  const session: Session = {
    send,
    close,
    scope: admission.scope,
    isAdmitted: admission.isAdmitted,
    authenticate: admission.authenticate,
    hasRoom: () => !closing && outbox.hasRoom(),
    write: outbox.write,
    queue: () => ({ bytes: outbox.queuedBytes(), isSlow: !outbox.hasRoom() }),
    check: () => {
      const at = now();
      const stalledMax = isResumable(session) ? stalledMsMax : stalledMsMaxWithoutCursor;
      if (outbox.stalledMs(at) > stalledMax) return close('slow');
      if (closing || at - pinged.at < pingEveryMs) return;
      // Behind what is unsent, the ping has not arrived yet: that is the slow reader's case, above.
      if (!pinged.answered && !outbox.isBehind()) return close('unresponsive');
      if (pinged.answered) socket.ping();
      pinged = { at, answered: false };
    },
  };
  socket.on('message', (data, isBinary) => void receive(data, isBinary));
  socket.on('pong', () => (pinged = { ...pinged, answered: true }));
  socket.on('close', () => {
    admission[Symbol.dispose]();
    onClosed(session);
  });
  send('Welcome', welcome);
  admission.begin();
  return session;
}
