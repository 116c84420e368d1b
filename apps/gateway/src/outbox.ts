import type { WebSocket } from 'ws';

/** While more than this is unsent, in bytes, nothing more is written to the socket. */
export const unsentBytesMax = 256 * 1024;

/**
 * Most that may wait for one slow reader, in characters of kinds and frames. A list of 1,000 calls is about 300,000, so
 * twelve different questions fit; who asks for more than that without reading is closed as slow.
 */
export const waitingLengthMax = 4 * 1024 * 1024;

/**
 * What waits for one slow reader. Of each kind only the newest waits: a list replaces an older one of the same question,
 * and DataChanged is there once. So what a socket holds is bounded by what it asked, not by what happens.
 */
export interface Outbox {
  /**
   * Sends `frame` now, or when the socket has drained; frames of one `kind` replace each other while they wait.
   * @returns false if it can neither be sent nor wait, because too much is waiting
   */
  readonly send: (kind: string, frame: string) => boolean;
  /** Whether nothing waits, and the socket takes more. */
  readonly hasRoom: () => boolean;
  /** Sends `frame` now: for frames that are not to wait here, while there is room. */
  readonly write: (frame: string | Buffer) => void;
  /** Whether anything is unsent. What was sent last (a ping, say) has then not been seen by the other side. */
  readonly isBehind: () => boolean;
  /** What is unsent or waits, in bytes; about. */
  readonly queuedBytes: () => number;
  /** ms for which the socket has been behind without any frame leaving; 0 if it is not behind. */
  readonly stalledMs: (now: number) => number;
}

export interface OutboxOptions {
  readonly onSent: () => void;
  /** A frame has left, nothing waits, and there is room for more. */
  readonly onRoom: () => void;
  /** ms, monotonic. */
  readonly now: () => number;
}

/** Frames are text, also where their bytes are given. */
const asText = { binary: false };

export function createOutbox(
  socket: Pick<WebSocket, 'bufferedAmount' | 'send'>,
  { onSent, onRoom, now }: OutboxOptions,
): Outbox {
  const waiting = new Map<string, string>();
  let waitingLength = 0;
  let progressAt = now();

  const sent = (error?: Error | null): void => {
    if (error) return;
    progressAt = now();
    onSent();
    flush();
    if (hasRoom()) onRoom();
  };
  const write = (frame: string | Buffer): void => {
    if (socket.bufferedAmount === 0) progressAt = now();
    socket.send(frame, asText, sent);
  };
  const hasRoom = (): boolean => waiting.size === 0 && socket.bufferedAmount <= unsentBytesMax;
  const forget = (kind: string): void => {
    const frame = waiting.get(kind);
    if (frame === undefined) return;
    waiting.delete(kind);
    waitingLength -= kind.length + frame.length;
  };
  const flush = (): void => {
    for (const [kind, frame] of waiting) {
      if (socket.bufferedAmount > unsentBytesMax) return;
      forget(kind);
      write(frame);
    }
  };
  return {
    send: (kind, frame) => {
      if (hasRoom()) {
        write(frame);
        return true;
      }
      forget(kind);
      const length = kind.length + frame.length;
      if (waitingLength + length > waitingLengthMax) return false;
      waiting.set(kind, frame);
      waitingLength += length;
      return true;
    },
    hasRoom,
    write,
    isBehind: () => socket.bufferedAmount > 0,
    queuedBytes: () => socket.bufferedAmount + waitingLength,
    stalledMs: (at) => (socket.bufferedAmount === 0 ? 0 : at - progressAt),
  };
}
