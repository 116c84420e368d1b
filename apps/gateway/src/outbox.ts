import type { WebSocket } from 'ws';

/** While more than this is unsent, in bytes, nothing more is written to the socket. */
export const unsentBytesMax = 256 * 1024;

/**
 * What waits for one slow reader. Of each kind only the newest waits: a list replaces an older one of the same question,
 * and DataChanged is there once. So what a socket holds is bounded by what it asked, not by what happens.
 */
export interface Outbox {
  /** Sends `frame` now, or when the socket has drained; frames of one `kind` replace each other while they wait. */
  readonly send: (kind: string, frame: string) => void;
  /** ms for which the socket has been behind without any progress; 0 if it is not behind. */
  readonly stalledMs: (now: number) => number;
  readonly flush: () => void;
}

/** Most frames of different kinds that may wait. */
const waitingMax = 256;

export function createOutbox(socket: Pick<WebSocket, 'bufferedAmount' | 'send'>, onSent: () => void): Outbox {
  const waiting = new Map<string, string>();
  let lowest = 0;
  let progressAt = performance.now();

  const write = (frame: string): void => {
    if (socket.bufferedAmount === 0) progressAt = performance.now();
    socket.send(frame, () => flush());
    onSent();
  };
  const flush = (): void => {
    for (const [kind, frame] of waiting) {
      if (socket.bufferedAmount > unsentBytesMax) return;
      waiting.delete(kind);
      write(frame);
    }
  };
  return {
    flush,
    send: (kind, frame) => {
      if (waiting.size === 0 && socket.bufferedAmount <= unsentBytesMax) return write(frame);
      waiting.delete(kind);
      if (waiting.size < waitingMax) waiting.set(kind, frame);
    },
    stalledMs: (now) => {
      const unsent = socket.bufferedAmount;
      if (unsent === 0 || unsent < lowest) progressAt = now;
      lowest = unsent;
      return unsent === 0 ? 0 : now - progressAt;
    },
  };
}
