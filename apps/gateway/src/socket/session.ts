import { closeCodes } from '@callstream/contracts';
import type { CloseCause, ServerMessage } from '@callstream/contracts';
import type { RawData, WebSocket } from 'ws';
import type { Scope } from '../access/scope.ts';
import type { ReportRefusedClient } from '../access/report-refusal.ts';
import { SocketAuthentication } from '../access/socket-authentication.ts';
import type { SocketAuthenticationOptions } from '../access/socket-authentication.ts';
import type { GrantedAccess, Verify } from '../access/verify.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { OutgoingFrame } from '../outbox/frame.ts';
import { Outbox } from '../outbox/outbox.ts';
import type { OutboxOwner, TextSocket } from '../outbox/outbox.ts';
import type { SocketClient } from '../outbox/socket-client.ts';
import type { Recipient, Sized, UnsentBudget, UnsentShare } from '../outbox/unsent-budget.ts';
import { MessageRate } from './message-rate.ts';
import type { OutboxLoad } from './metrics.ts';
import type { PendingRequests } from './pending-requests.ts';
import { readMessage } from './read-message.ts';
import type { ReadMessage } from './read-message.ts';
import type { HandleRequest } from './requests.ts';

/** A subscriber that is behind without progress for this long is closed as slow, in ms: it comes back with its cursor. */
const stalledMsMax = 15_000;
/** The same for a client without a cursor, in ms. Longer, because old dashboards do not reconnect. */
const stalledMsMaxWithoutCursor = 60_000;
/** How often each socket is pinged, in ms. Proxies close a silent connection after 30 to 60 s. */
const pingEveryMs = 25_000;

/** What a session calls. */
export interface SessionHandlers {
  readonly handleRequest: HandleRequest;
  readonly verify: Verify;
  /** Answers a request beyond the limit of pending ones. */
  readonly rejectExcess: (read: ReadMessage, client: SocketClient) => string;
  /** The client takes more again. */
  readonly onRoom: (client: SocketClient) => void;
  /** The socket is closed. */
  readonly onClosed: (client: SocketClient) => void;
  /** Whether the client has a cursor to resume from. */
  readonly isResumable: (client: SocketClient) => boolean;
}

/** What all sessions of a gateway share. */
export interface SessionOptions extends Omit<SessionHandlers, 'onClosed'> {
  readonly pendingRequests: PendingRequests;
  readonly onClosed: (session: Session) => void;
  readonly reportRefusal: ReportRefusedClient;
  readonly metrics: Pick<GatewayMetrics, 'frames' | 'closes'>;
  readonly unsent: UnsentBudget;
}

const welcome = JSON.stringify({ event: 'Welcome', data: 'Welcome', status: 'Ok' } satisfies ServerMessage);

const authenticated = ({ expiresAt }: GrantedAccess): string =>
  JSON.stringify({ event: 'Authenticated', status: 'Ok', data: { expires_at: expiresAt } } satisfies ServerMessage);

/**
 * One client, until its socket closes. A class, like all that each client has: thousands of clients then share the methods, and
 * have no closures of their own.
 */
export class Session implements SocketClient, OutboxOwner, SocketAuthenticationOptions, Recipient {
  readonly address: string;
  readonly #socket: WebSocket & TextSocket;
  readonly #options: SessionOptions;
  readonly #outbox: Outbox;
  readonly #authentication: SocketAuthentication;
  readonly #rate = new MessageRate();
  /** Length of the client's pending requests, in characters. */
  #pendingLength = 0;
  /** null until something has to be held, which most sockets never need. */
  #unsentShare: UnsentShare | null = null;
  #isClosing = false;
  #pingedAt: number;
  #isPongDue = false;

  constructor(socket: WebSocket & TextSocket, address: string, options: SessionOptions) {
    this.#socket = socket;
    this.address = address;
    this.#options = options;
    this.#outbox = new Outbox(socket, this);
    this.#authentication = new SocketAuthentication(this);
    this.#pingedAt = this.now();
  }

  /** @param token of the upgrade request */
  begin(token: string | undefined): void {
    this.send('Welcome', welcome);
    void this.#authentication.begin(token);
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

  hold(item: Sized): void {
    if (this.#isClosing) return;
    this.#unsentShare ??= this.#options.unsent.open(this);
    this.#unsentShare.add(item);
  }

  release(item: Sized): void {
    this.#unsentShare?.remove(item);
  }

  get connection(): this {
    return this;
  }

  isGone(): boolean {
    return this.#isClosing || this.#socket.readyState !== this.#socket.OPEN;
  }

  scope(): Scope {
    return this.#authentication.scope();
  }

  isAuthenticated(): boolean {
    return this.#authentication.isAuthenticated();
  }

  authenticate(token: string): Promise<number | null> {
    return this.#authentication.authenticate(token);
  }

  close(cause: CloseCause = 'slow', detail?: string): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#options.metrics.closes.inc({ cause });
    this.#outbox.end();
    this.#unsentShare?.end();
    const { code, reason } = closeCodes[cause];
    this.#socket.close(code, detail ?? reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  /** Call every few seconds: closes a client that does not read or does not answer pings, and pings it. */
  check(): void {
    const at = this.now();
    const stalledMax = this.#options.isResumable(this) ? stalledMsMax : stalledMsMaxWithoutCursor;
    if (this.#outbox.stalledMs(at) > stalledMax) return this.close('slow');
    if (this.#isClosing || at - this.#pingedAt < pingEveryMs) return;
    // Behind unsent frames, the ping has not arrived yet: then the client is slow, not unresponsive.
    if (this.#isPongDue && !this.#outbox.isBehind()) return this.close('unresponsive');
    if (!this.#isPongDue) this.#socket.ping();
    this.#pingedAt = at;
    this.#isPongDue = true;
  }

  outboxLoad(): OutboxLoad {
    return { bytes: this.#outbox.queuedBytes(), isSlow: !this.#outbox.hasRoom() };
  }

  now(): number {
    // Whole: V8 stores small integers without a heap object.
    return Math.trunc(performance.now());
  }

  onPong(): void {
    this.#isPongDue = false;
  }

  onClosed(): void {
    // Answers may still arrive for it.
    this.#isClosing = true;
    this.#authentication[Symbol.dispose]();
    this.#unsentShare?.gone();
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

  onRefused(problem: string): void {
    this.#options.reportRefusal({ reason: 'unauthenticated', address: this.address, problem });
  }

  onAuthenticated(access: GrantedAccess): void {
    this.send('Authenticated', authenticated(access));
  }

  async onMessage(data: RawData, isBinary: boolean): Promise<void> {
    if (this.#isClosing) return;
    if (isBinary) return this.close('notText');
    if (!this.#rate.take(this.now())) return this.close('flood');
    const text = (data as Buffer).toString();
    const read = readMessage(text);
    const { pendingRequests } = this.#options;
    const pendingLength = pendingRequests.add(this.#pendingLength, text);
    if (pendingLength === null) return this.send('too many', this.#options.rejectExcess(read, this));
    this.#pendingLength = pendingLength;
    try {
      await this.#answer(read, text);
    } finally {
      this.#pendingLength = pendingRequests.remove(this.#pendingLength, text);
    }
  }

  async #answer(read: ReadMessage, text: string): Promise<void> {
    const isToken = 'message' in read && read.message.event === 'Authenticate';
    // Requests wait for the check of a token before them: a client may send both at once.
    if (!isToken) await this.#authentication.settled();
    // After `onClosed`, nothing would remove it from what it subscribes to or watches.
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    // An answer that waits is replaced by a newer one to the same text. (Never stringify what a client sent: it may be
    // nested so deep that the stack overflows.)
    const frame = await this.#options.handleRequest(read, this);
    if (frame !== null) this.send(text, frame);
  }
}
