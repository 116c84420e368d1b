import { backoffMs } from '@callstream/resilience';
import { failuresAfter } from './failures-after.ts';
import { onWake } from './wake.ts';

const checkEveryMs = 1_000;
/** Fully random, so that thousands of dashboards do not reconnect at the same moment. */
const backoff = { firstMs: 500, maxMs: 15_000, jitter: 1 };

export interface ReconnectingSocketOptions {
  readonly url: string;
  /** Subprotocols to offer, asked for before each connection; empty: none. */
  readonly protocols: () => string[];
  /** A connection without a frame for this long is dead, in ms. */
  readonly silenceMaxMs: number;
  /** When the page wakes, a connection without a frame for this long is replaced, in ms. */
  readonly doubtAfterMs: number;
  /** A text frame arrived; `undefined`: a binary one. */
  readonly onText: (text: string | undefined) => void;
  /** The connection is lost. The next attempt follows after the backoff. */
  readonly onLost: (reason: string) => void;
  /** The server closed with a code from 4500 to 4999: do not reconnect. */
  readonly onRefused: (reason: string) => void;
  /** Called once a second while timers run, and after the page wakes. */
  readonly onTick: () => void;
}

/** A WebSocket that reconnects until it is closed or refused. */
export interface ReconnectingSocket {
  /** Does nothing while no connection is open. */
  readonly send: (message: object) => void;
  /** Closes the connection; the next attempt follows after the backoff. */
  readonly drop: (reason: string) => void;
  readonly close: () => void;
}

/**
 *             lost, silent or dropped              close()
 *     dialled ───────────────────────▶ waiting ───────────▶ closed
 *      │  ▲                               │                   ▲
 *      │  └── backoff is over, or wake ───┘                   │
 *      └─────────────── close(), or refused ──────────────────┘
 */
type SocketState =
  /** A connection is open or opening. */
  | Dialled
  /** The backoff of the next attempt runs. */
  | { readonly kind: 'waiting'; readonly timer: ReturnType<typeof setTimeout> }
  | { readonly kind: 'closed' };
interface Dialled {
  readonly kind: 'dialled';
  readonly socket: WebSocket;
  readonly dialledAt: number;
  /** Time of the last frame. */
  heardAt: number;
}

/** @throws {SyntaxError} if `url` is not the URL of a WebSocket */
export function openReconnectingSocket(options: ReconnectingSocketOptions): ReconnectingSocket {
  const { url, protocols, silenceMaxMs, doubtAfterMs, onText, onLost, onRefused, onTick } = options;
  let state: SocketState = { kind: 'closed' };
  let failures = 0;

  const dial = (): void => {
    const socket = openWebSocket(url, protocols(), {
      onText: (text) => {
        if (state !== dialled) return;
        dialled.heardAt = Date.now();
        onText(text);
      },
      onClosed: (code, reason) => {
        if (state !== dialled) return;
        if (code < 4_500 || code > 4_999) return drop(reason, code);
        close();
        onRefused(reason);
      },
    });
    const dialled: Dialled = { kind: 'dialled', socket, dialledAt: Date.now(), heardAt: Date.now() };
    state = dialled;
  };
  const drop = (reason: string, code: number | null = null): void => {
    if (state.kind !== 'dialled') return;
    const { socket, dialledAt } = state;
    failures = failuresAfter(failures, { lastedMs: Date.now() - dialledAt, code });
    state = { kind: 'waiting', timer: setTimeout(dial, backoffMs(failures, backoff)) };
    // Not awaited: a half-open connection may take minutes to close.
    socket.close();
    onLost(reason);
  };
  const check = (): void => {
    // No timer runs while a computer sleeps: this may be the first check after it.
    if (silentMs(state) > silenceMaxMs) drop(`No frame arrived for ${silenceMaxMs / 1_000} s.`);
    onTick();
  };
  const wake = (): void => {
    if (silentMs(state) > doubtAfterMs) drop('No frame arrived while the page was asleep.');
    if (state.kind !== 'waiting') return;
    clearTimeout(state.timer);
    dial();
  };
  dial(); // throws if the URL is invalid, before there is anything to clean up
  const stopChecks = startChecks(check, wake);
  const close = (): void => {
    stopChecks();
    const before = state;
    // First: a socket of Node that is still connecting calls `onclose` within `close`, and would be taken for a lost one.
    state = { kind: 'closed' };
    if (before.kind === 'waiting') clearTimeout(before.timer);
    if (before.kind === 'dialled') before.socket.close();
  };

  return {
    send: (message) => {
      if (state.kind === 'dialled' && state.socket.readyState === WebSocket.OPEN)
        state.socket.send(JSON.stringify(message));
    },
    drop,
    close,
  };
}

interface WebSocketHandlers {
  readonly onText: (text: string | undefined) => void;
  readonly onClosed: (code: number, reason: string) => void;
}

function openWebSocket(url: string, protocols: string[], { onText, onClosed }: WebSocketHandlers): WebSocket {
  const socket = new WebSocket(url, protocols);
  socket.onmessage = ({ data }: { data: unknown }) => onText(typeof data === 'string' ? data : undefined);
  socket.onclose = ({ code, reason }: { code: number; reason: string }) =>
    onClosed(code, reason === '' ? `The connection was closed with code ${code}.` : reason);
  // `onclose` follows.
  socket.onerror = () => undefined;
  return socket;
}

/** Calls `check` once a second, and `wake` when the page wakes, until the returned function is called. */
function startChecks(check: () => void, wake: () => void): () => void {
  const timer = setInterval(check, checkEveryMs);
  const stopWaking = onWake(wake);
  return () => {
    clearInterval(timer);
    stopWaking();
  };
}

/** How long no frame has arrived, in ms; 0 without a connection. */
function silentMs(state: SocketState): number {
  if (state.kind !== 'dialled') return 0;
  const now = Date.now();
  // The clock may have been set back.
  state.heardAt = Math.min(state.heardAt, now);
  return now - state.heardAt;
}
