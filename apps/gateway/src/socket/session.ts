import { closeCodes } from '@callstream/contracts';
import type { CloseCause, ServerMessage } from '@callstream/contracts';
import type { RawData, WebSocket } from 'ws';
import { SocketAuthentication } from '../access/socket-authentication.ts';
import type { SocketAuthenticationOptions } from '../access/socket-authentication.ts';
import type { Scope } from '../access/scope.ts';
import type { GrantedAccess, Verify } from '../access/verify.ts';
import type { SocketClient } from '../outbox/socket-client.ts';
import type { OutgoingFrame } from '../outbox/frame.ts';
import { MessageRate } from './message-rate.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { Outbox } from '../outbox/outbox.ts';
import type { OutboxOwner, TextSocket } from '../outbox/outbox.ts';
import type { OutboxLoad } from './metrics.ts';
import { readMessage } from './read-message.ts';
import type { ReadMessage } from './read-message.ts';
import type { HandleRequest } from './requests.ts';
import type { PendingRequests } from './pending-requests.ts';
import type { UnsentShare, Recipient, Sized, UnsentBudget } from '../outbox/unsent-budget.ts';

/** A socket that was behind for this long without any progress is closed, in ms: it comes back with its cursor. */
const stalledMsMax = 15_000;
/** One that never subscribed has none, and old dashboards do not reconnect: they are given longer, in ms. */
const stalledMsMaxWithoutCursor = 60_000;
/** How often each socket is asked whether it is still there, in ms. Proxies close what is silent for 30 to 60 s. */
const pingEveryMs = 25_000;

/** What a session speaks with. */
export interface SessionHandlers {
  readonly answer: HandleRequest;
  readonly verify: Verify;
  /** Answers a request that is one too many. */
  readonly refuse: (read: ReadMessage) => string;
  /** The client takes more again. */
  readonly onRoom: (client: SocketClient) => void;
  /** The client is gone. */
  readonly onClosed: (client: SocketClient) => void;
  /** Whether it has what it needs to go on where it was, should it be closed. */
  readonly isResumable: (client: SocketClient) => boolean;
}

/** What all sessions of a gateway share. */
export interface SessionOptions extends Omit<SessionHandlers, 'onClosed'> {
  readonly unanswered: PendingRequests;
  readonly onClosed: (session: Session) => void;
  readonly metrics: Pick<GatewayMetrics, 'frames' | 'closes'>;
  readonly unsent: UnsentBudget;
}

const welcome = JSON.stringify({ event: 'Welcome', data: 'Welcome', status: 'Ok' } satisfies ServerMessage);

const authenticated = ({ expiresAt }: GrantedAccess): string =>
  JSON.stringify({ event: 'Authenticated', status: 'Ok', data: { expires_at: expiresAt } } satisfies ServerMessage);

/**
 * One client, until its socket closes. A class, as is all that each client has: of thousands, only what is their own is
 * kept, and not a closure for each thing that one can do with them.
 */
export class Session implements SocketClient, OutboxOwner, SocketAuthenticationOptions, Recipient {
  readonly address: string;
  readonly #socket: WebSocket & TextSocket;
  readonly #options: SessionOptions;
  readonly #outbox: Outbox;
  readonly #admission: SocketAuthentication;
  readonly #rate = new MessageRate();
  /** Length of its requests that are not answered yet. */
  #held = 0;
  /** null as long as nothing ever had to wait, as with most sockets. */
  #holdings: UnsentShare | null = null;
  #isClosing = false;
  #pingedAt: number;
  #isPongDue = false;

  constructor(socket: WebSocket & TextSocket, address: string, options: SessionOptions) {
    this.#socket = socket;
    this.address = address;
    this.#options = options;
    this.#outbox = new Outbox(socket, this);
    this.#admission = new SocketAuthentication(this);
    this.#pingedAt = this.now();
  }

  /** Speaks with the client. `token`: the one that came with the request for the socket. */
  begin(token: string | undefined): void {
    this.send('Welcome', welcome);
    void this.#admission.begin(token);
  }

  send(kind: string, frame: OutgoingFrame): void {
    if (!this.#isClosing && !this.#outbox.send(kind, frame)) this.close('slow');
  }

  hasRoom(): boolean {
    return !this.#isClosing && this.#outbox.hasRoom();
  }

  write(frame: OutgoingFrame): void {
    if (!this.#isClosing) this.#outbox.write(frame);
  }

  hold(thing: Sized): void {
    if (this.#isClosing) return;
    this.#holdings ??= this.#options.unsent.open(this);
    this.#holdings.add(thing);
  }

  release(thing: Sized): void {
    this.#holdings?.remove(thing);
  }

  get connection(): this {
    return this;
  }

  isGone(): boolean {
    return this.#isClosing || this.#socket.readyState !== this.#socket.OPEN;
  }

  scope(): Scope {
    return this.#admission.scope();
  }

  isAdmitted(): boolean {
    return this.#admission.isAdmitted();
  }

  authenticate(token: string): Promise<number | null> {
    return this.#admission.authenticate(token);
  }

  close(cause: CloseCause = 'slow'): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#options.metrics.closes.inc({ cause });
    this.#outbox.end();
    this.#holdings?.end();
    const { code, reason } = closeCodes[cause];
    this.#socket.close(code, reason);
  }

  cutOff(): void {
    this.#socket.terminate();
  }

  /** To be called every few seconds: closes who does not read or does not answer, and asks again whether it is there. */
  check(): void {
    const at = this.now();
    const stalledMax = this.#options.isResumable(this) ? stalledMsMax : stalledMsMaxWithoutCursor;
    if (this.#outbox.stalledMs(at) > stalledMax) return this.close('slow');
    if (this.#isClosing || at - this.#pingedAt < pingEveryMs) return;
    // Behind what is unsent, the ping has not arrived yet: that is the slow reader's case, above.
    if (this.#isPongDue && !this.#outbox.isBehind()) return this.close('unresponsive');
    if (!this.#isPongDue) this.#socket.ping();
    this.#pingedAt = at;
    this.#isPongDue = true;
  }

  queue(): OutboxLoad {
    return { bytes: this.#outbox.queuedBytes(), isSlow: !this.#outbox.hasRoom() };
  }

  now(): number {
    // Whole: V8 keeps small integers without a box.
    return Math.trunc(performance.now());
  }

  onPong(): void {
    this.#isPongDue = false;
  }

  onClosed(): void {
    // Answers may still come for it.
    this.#isClosing = true;
    this.#admission[Symbol.dispose]();
    this.#holdings?.gone();
    this.#options.onClosed(this);
  }

  onSent(): void {
    this.#options.metrics.frames.inc();
  }

  onRoom(): void {
    this.#options.onRoom(this);
  }

  verify(token: string | undefined): ReturnType<Verify> {
    return this.#options.verify(token);
  }

  onAdmitted(access: GrantedAccess): void {
    this.send('Authenticated', authenticated(access));
  }

  async onMessage(data: RawData, isBinary: boolean): Promise<void> {
    if (this.#isClosing) return;
    if (isBinary) return this.close('notText');
    if (!this.#rate.take(this.now())) return this.close('flood');
    const text = (data as Buffer).toString();
    const read = readMessage(text);
    const { unanswered } = this.#options;
    const held = unanswered.take(this.#held, text);
    if (held === null) return this.send('too many', this.#options.refuse(read));
    this.#held = held;
    try {
      await this.#answer(read, text);
    } finally {
      this.#held = unanswered.answered(this.#held, text);
    }
  }

  async #answer(read: ReadMessage, text: string): Promise<void> {
    const isToken = 'message' in read && read.message.event === 'Authenticate';
    // What follows a token waits for it to be checked: who sends both at once is not turned away.
    if (!isToken) await this.#admission.settled();
    // It may have gone meanwhile: nobody would take it off what it asks to be put on.
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    // A waiting answer is replaced by a newer one to the same text. (Never stringify what a client sent: it may be
    // nested so deep that the stack overflows.)
    const frame = await this.#options.answer(read, this);
    if (frame !== null) this.send(text, frame);
  }
}
