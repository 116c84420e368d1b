import { piecesOf } from './frame.ts';
import type { OutgoingFrame } from './frame.ts';
import type { Sized } from './unsent-budget.ts';

/** While more than this is unsent, in bytes, nothing more is written to the socket. */
export const socketBufferBytesMax = 256 * 1024;

/**
 * Most that may wait for one slow reader, in bytes of kinds and frames. A list of 1,000 calls is about 300,000, so twelve
 * different questions fit; who asks for more than that without reading is closed as slow.
 */
export const outboxBytesMax = 4 * 1024 * 1024;

/** The socket, as far as it is written to. */
export interface TextSocket {
  /** In bytes. */
  readonly bufferedAmount: number;
  /** Sends a message of one or more pieces. `onSent`: once the system has taken it. */
  readonly sendText: (pieces: readonly Buffer[], onSent: (error?: Error | null) => void) => void;
}

export interface OutboxOwner {
  /** A frame was sent. */
  readonly onSent: () => void;
  /** A frame has left, nothing waits, and there is room for more. */
  readonly onRoom: () => void;
  /** Something waits to be sent, or no longer. */
  readonly hold: (thing: Sized) => void;
  readonly release: (thing: Sized) => void;
  /** ms, monotonic. */
  readonly now: () => number;
}

/** A message of which the socket has not yet taken all. */
interface InFlightMessage {
  /** Which of all messages. */
  readonly nth: number;
  readonly pieces: readonly Buffer[];
}

/**
 * What waits for one slow reader. Of each kind only the newest waits: a list replaces an older one of the same question,
 * and DataChanged is there once. So what a socket holds is bounded by what it asked, not by what happens.
 */
export class Outbox {
  readonly #socket: TextSocket;
  readonly #owner: OutboxOwner;
  /** Frames by kind; null as long as none ever had to wait, as with most sockets. */
  #waiting: Map<string, readonly Buffer[]> | null = null;
  #waitingBytes = 0;
  /** Oldest first; null as long as the socket took everything at once, as most do. */
  #begun: InFlightMessage[] | null = null;
  #written = 0;
  #sentCount = 0;
  #progressAt: number;
  readonly #sent = (error?: Error | null): void => {
    if (error) return;
    this.#sentCount++;
    this.#progressAt = this.#owner.now();
    if (this.#begun) this.#releaseSent(this.#begun);
    this.#owner.onSent();
    this.#flush();
    if (this.hasRoom()) this.#owner.onRoom();
  };

  constructor(socket: TextSocket, owner: OutboxOwner) {
    this.#socket = socket;
    this.#owner = owner;
    this.#progressAt = owner.now();
  }

  /**
   * Sends `frame` now, or when the socket has drained; frames of one `kind` replace each other while they wait.
   * @returns false if it can neither be sent nor wait, because too much is waiting
   */
  send(kind: string, frame: OutgoingFrame): boolean {
    if (this.hasRoom()) {
      this.write(frame);
      return true;
    }
    this.#waiting ??= new Map();
    this.#forget(this.#waiting, kind);
    const pieces = piecesOf(frame);
    const bytes = bytesOf(kind, pieces);
    if (this.#waitingBytes + bytes > outboxBytesMax) return false;
    this.#waiting.set(kind, pieces);
    this.#waitingBytes += bytes;
    for (const piece of pieces) this.#owner.hold(piece);
    return true;
  }

  /** Whether nothing waits, and the socket takes more. */
  hasRoom(): boolean {
    return (this.#waiting?.size ?? 0) === 0 && this.#socket.bufferedAmount <= socketBufferBytesMax;
  }

  /** Sends `frame` now: for frames that are not to wait here, while there is room. */
  write(frame: OutgoingFrame): void {
    if (this.#socket.bufferedAmount === 0) this.#progressAt = this.#owner.now();
    const pieces = piecesOf(frame);
    this.#written++;
    this.#socket.sendText(pieces, this.#sent);
    if (this.#socket.bufferedAmount > 0) this.#hold(pieces);
  }

  /** Nothing that waits will be sent any more. */
  end(): void {
    this.#waiting = null;
    this.#waitingBytes = 0;
  }

  /** Whether anything is unsent. What was sent last (a ping, say) has then not been seen by the other side. */
  isBehind(): boolean {
    return this.#socket.bufferedAmount > 0;
  }

  /** What is unsent or waits, in bytes; about. */
  queuedBytes(): number {
    return this.#socket.bufferedAmount + this.#waitingBytes;
  }

  /** ms for which the socket has been behind without any frame leaving; 0 if it is not behind. */
  stalledMs(now: number): number {
    return this.#socket.bufferedAmount === 0 ? 0 : now - this.#progressAt;
  }

  #hold(pieces: readonly Buffer[]): void {
    (this.#begun ??= []).push({ nth: this.#written, pieces });
    for (const piece of pieces) this.#owner.hold(piece);
  }

  #releaseSent(begun: InFlightMessage[]): void {
    const unsent = begun.findIndex(({ nth }) => nth > this.#sentCount);
    for (const { pieces } of begun.splice(0, unsent < 0 ? begun.length : unsent))
      for (const piece of pieces) this.#owner.release(piece);
  }

  #forget(waiting: Map<string, readonly Buffer[]>, kind: string): void {
    const pieces = waiting.get(kind);
    if (pieces === undefined) return;
    waiting.delete(kind);
    this.#waitingBytes -= bytesOf(kind, pieces);
    for (const piece of pieces) this.#owner.release(piece);
  }

  #flush(): void {
    const waiting = this.#waiting;
    if (!waiting) return;
    for (const [kind, pieces] of waiting) {
      if (this.#socket.bufferedAmount > socketBufferBytesMax) return;
      this.#forget(waiting, kind);
      this.write(pieces);
      // It may have been too much for all of us.
      if (this.#waiting === null) return;
    }
  }
}

/** A kind may be the whole text of a question. */
const bytesOf = (kind: string, pieces: readonly Buffer[]): number =>
  pieces.reduce((sum, { length }) => sum + length, Buffer.byteLength(kind));
