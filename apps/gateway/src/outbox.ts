import type { WebSocket } from 'ws';

/** While more than this is unsent, in bytes, nothing more is written to the socket. */
export const unsentBytesMax = 256 * 1024;

/**
 * Most that may wait for one slow reader, in characters of kinds and frames. A list of 1,000 calls is about 300,000, so
 * twelve different questions fit; who asks for more than that without reading is closed as slow.
 */
export const waitingLengthMax = 4 * 1024 * 1024;

export interface OutboxOwner {
  /** A frame was sent. */
  readonly onSent: () => void;
  /** A frame has left, nothing waits, and there is room for more. */
  readonly onRoom: () => void;
  /** ms, monotonic. */
  readonly now: () => number;
}

/** Frames are text, also where their bytes are given. */
const asText = { binary: false };

/**
 * What waits for one slow reader. Of each kind only the newest waits: a list replaces an older one of the same question,
 * and DataChanged is there once. So what a socket holds is bounded by what it asked, not by what happens.
 */
export class Outbox {
  readonly #socket: Pick<WebSocket, 'bufferedAmount' | 'send'>;
  readonly #owner: OutboxOwner;
  /** Frames by kind; null as long as none ever had to wait, as with most sockets. */
  #waiting: Map<string, string> | null = null;
  #waitingLength = 0;
  #progressAt: number;
  readonly #sent = (error?: Error | null): void => {
    if (error) return;
    this.#progressAt = this.#owner.now();
    this.#owner.onSent();
    this.#flush();
    if (this.hasRoom()) this.#owner.onRoom();
  };

  constructor(socket: Pick<WebSocket, 'bufferedAmount' | 'send'>, owner: OutboxOwner) {
    this.#socket = socket;
    this.#owner = owner;
    this.#progressAt = owner.now();
  }

  /**
   * Sends `frame` now, or when the socket has drained; frames of one `kind` replace each other while they wait.
   * @returns false if it can neither be sent nor wait, because too much is waiting
   */
  send(kind: string, frame: string): boolean {
    if (this.hasRoom()) {
      this.write(frame);
      return true;
    }
    this.#waiting ??= new Map();
    this.#forget(this.#waiting, kind);
    const length = kind.length + frame.length;
    if (this.#waitingLength + length > waitingLengthMax) return false;
    this.#waiting.set(kind, frame);
    this.#waitingLength += length;
    return true;
  }

  /** Whether nothing waits, and the socket takes more. */
  hasRoom(): boolean {
    return (this.#waiting?.size ?? 0) === 0 && this.#socket.bufferedAmount <= unsentBytesMax;
  }

  /** Sends `frame` now: for frames that are not to wait here, while there is room. */
  write(frame: string | Buffer): void {
    if (this.#socket.bufferedAmount === 0) this.#progressAt = this.#owner.now();
    this.#socket.send(frame, asText, this.#sent);
  }

  /** Whether anything is unsent. What was sent last (a ping, say) has then not been seen by the other side. */
  isBehind(): boolean {
    return this.#socket.bufferedAmount > 0;
  }

  /** What is unsent or waits, in bytes; about. */
  queuedBytes(): number {
    return this.#socket.bufferedAmount + this.#waitingLength;
  }

  /** ms for which the socket has been behind without any frame leaving; 0 if it is not behind. */
  stalledMs(now: number): number {
    return this.#socket.bufferedAmount === 0 ? 0 : now - this.#progressAt;
  }

  #forget(waiting: Map<string, string>, kind: string): void {
    const frame = waiting.get(kind);
    if (frame === undefined) return;
    waiting.delete(kind);
    this.#waitingLength -= kind.length + frame.length;
  }

  #flush(): void {
    if (!this.#waiting) return;
    for (const [kind, frame] of this.#waiting) {
      if (this.#socket.bufferedAmount > unsentBytesMax) return;
      this.#forget(this.#waiting, kind);
      this.write(frame);
    }
  }
}
