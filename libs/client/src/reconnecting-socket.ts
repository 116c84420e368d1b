import { backoffMs, failuresAfter } from './backoff.ts';
import { onWake } from './wake.ts';

const checkEveryMs = 1_000;

export interface ReconnectingSocketOptions {
  readonly url: string;
  /** Subprotocols to offer, asked for before each connection; none if it is empty. */
  readonly protocols: () => string[];
  /** A connection on which nothing arrives for so long is dead, in ms. */
  readonly silenceMaxMs: number;
  /** A connection on which nothing arrived for so long is in doubt when the page wakes, in ms. */
  readonly doubtAfterMs: number;
  /** A text frame; of anything else `undefined`. */
  readonly onText: (text: string | undefined) => void;
  /** The connection is lost and will be tried again. */
  readonly onLost: (reason: string) => void;
  /** The server said that coming back is of no use (close codes 4500 to 4999). */
  readonly onRefused: (reason: string) => void;
  /** Some time has passed: now and then, at least once a second while timers run. */
  readonly onTick: () => void;
}

/** A WebSocket that comes back. */
export interface ReconnectingSocket {
  /** Dropped if there is no open connection. */
  readonly send: (message: object) => void;
  /** Gives the connection up and makes a new one after the usual wait. */
  readonly drop: (reason: string) => void;
  readonly close: () => void;
}

export function openReconnectingSocket(options: ReconnectingSocketOptions): ReconnectingSocket {
  const { url, protocols, silenceMaxMs, doubtAfterMs, onText, onLost, onRefused, onTick } = options;
  let socket: WebSocket | undefined;
  let openedAt = 0;
  let heardAt = 0;
  let failures = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;

  const dial = (): void => {
    retry = undefined;
    const mine = new WebSocket(url, protocols());
    socket = mine;
    openedAt = heardAt = Date.now();
    mine.onmessage = ({ data }: { data: unknown }) => {
      if (mine !== socket) return;
      heardAt = Date.now();
      onText(typeof data === 'string' ? data : undefined);
    };
    mine.onclose = ({ code, reason }: { code: number; reason: string }) => {
      if (mine !== socket) return;
      const why = reason === '' ? `The connection was closed with code ${code}.` : reason;
      if (code >= 4_500 && code <= 4_999) {
        close();
        onRefused(why);
      } else drop(why, code);
    };
    // 'close' follows.
    mine.onerror = () => undefined;
  };
  /** A connection that is half open may take minutes to close: it is not waited for. */
  const leave = (): void => {
    const left = socket;
    socket = undefined;
    left?.close();
  };
  const drop = (reason: string, code: number | null = null): void => {
    if (!socket) return;
    failures = failuresAfter(failures, { lastedMs: Date.now() - openedAt, code });
    leave();
    retry = setTimeout(dial, backoffMs(failures));
    onLost(reason);
  };
  const silentMs = (): number => {
    const now = Date.now();
    heardAt = Math.min(heardAt, now); // somebody may have set the clock back
    return now - heardAt;
  };
  const check = (): void => {
    // Also the first thing after a sleep, as no time passes for timers meanwhile.
    if (socket && silentMs() > silenceMaxMs) drop(`Nothing came for ${silenceMaxMs / 1_000} s.`);
    onTick();
  };
  const wake = (): void => {
    if (socket && silentMs() > doubtAfterMs) drop('Nothing came while the page slept.');
    if (retry === undefined) return;
    clearTimeout(retry);
    dial();
  };
  dial(); // throws if the URL is none: before anything is to be cleaned up
  const checking = setInterval(check, checkEveryMs);
  const stopListening = onWake(wake);
  const close = (): void => {
    clearInterval(checking);
    clearTimeout(retry);
    retry = undefined;
    stopListening();
    leave();
  };

  return {
    send: (message) => {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    },
    drop,
    close,
  };
}
