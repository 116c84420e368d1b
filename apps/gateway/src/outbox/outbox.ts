import { piecesOf } from './frame.ts';
import type { OutgoingFrame } from './frame.ts';
import type { Sized } from './unsent-budget.ts';

/** Nothing more is written to a socket that has more than this unsent, in bytes. */
export const socketBufferBytesMax = 256 * 1024;

/**
 * Most that may wait for one client, in bytes of kinds and frames. A list of 1,000 calls has about 300,000, so twelve different
 * answers fit. A client that requests more without reading is closed as slow.
 */
export const outboxBytesMax = 4 * 1024 * 1024;

/** What the outbox needs of a socket. */
export interface TextSocket {
  /** In bytes. */
  readonly bufferedAmount: number;
  /** Sends a message of one or more pieces. @param onSent called once the operating system has taken it */
  readonly sendText: (pieces: readonly Buffer[], onSent: (error?: Error | null) => void) => void;
}

export interface OutboxOwner {
  /** The operating system has taken a frame. */
  readonly onSent: () => void;
  /** A frame was taken, nothing waits, and there is room for more. */
  readonly onRoom: () => void;
  /** Counts as unsent from now on. */
  readonly hold: (item: Sized) => void;
  /** Does not count as unsent any more. */
  readonly release: (item: Sized) => void;
  /** ms, monotonic. */
  readonly now: () => number;
}

/** A message that was written and not yet taken by the operating system. */
interface InFlightMessage {
  /** Number of the message, from 1. */
  readonly number: number;
  readonly pieces: readonly Buffer[];
}

/**
 * The frames that wait for one slow client. Frames of one kind are conflated: a list replaces an older answer to the same
 * request, and DataChanged waits once. So memory depends on what the client requested, not on what happens.
 *
 * ```
 *          send, with room                     taken by the system
 *  frame ──────────────────────────▶ in flight ───────────────────▶ sent
 *     └── send, no room ─▶ waiting ────▲ room
 *                           └─ a newer frame of the kind: dropped
 * ```
 */
export class Outbox {
  readonly #socket: TextSocket;
  readonly #owner: OutboxOwner;
  /** Waiting frames by kind; null until one has to wait, which most sockets never see. */
  #waiting: Map<string, readonly Buffer[]> | null = null;
  #waitingBytes = 0;
  /** Oldest first; null until the system does not take a frame at once. */
  #inFlight: InFlightMessage[] | null = null;
  #writtenCount = 0;
  #sentCount = 0;
  /** When a frame was last taken, or the socket was last empty: ms, monotonic. */
  #progressAt: number;
  readonly #onSent = (error?: Error | null): void => {
    if (error) return;
    this.#sentCount++;
    this.#progressAt = this.#owner.now();
    if (this.#inFlight) this.#releaseSent(this.#inFlight);
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
   * Sends a frame now, or once there is room. While it waits, a newer frame of its kind replaces it.
   * @returns false if too much waits already
   */
  send(kind: string, frame: OutgoingFrame): boolean {
    if (this.hasRoom()) {
      this.write(frame);
      return true;
    }
    this.#waiting ??= new Map();
    this.#remove(this.#waiting, kind);
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

  /** Writes a frame now, before any that wait. Only while there is room. */
  write(frame: OutgoingFrame): void {
    if (this.#socket.bufferedAmount === 0) this.#progressAt = this.#owner.now();
    const pieces = piecesOf(frame);
    this.#writtenCount++;
    this.#socket.sendText(pieces, this.#onSent);
    if (this.#socket.bufferedAmount > 0) this.#holdInFlight(pieces);
  }

  /** Drops what waits: nothing more is sent. */
  end(): void {
    this.#waiting = null;
    this.#waitingBytes = 0;
  }

  /** Whether anything is unsent: then the client cannot have seen what was written last, such as a ping. */
  isBehind(): boolean {
    return this.#socket.bufferedAmount > 0;
  }

  /** Bytes that are unsent or wait; about. */
  queuedBytes(): number {
    return this.#socket.bufferedAmount + this.#waitingBytes;
  }

  /** For how long no frame was taken while the socket is behind, in ms; 0 if it is not behind. */
  stalledMs(now: number): number {
    return this.#socket.bufferedAmount === 0 ? 0 : now - this.#progressAt;
  }

  #holdInFlight(pieces: readonly Buffer[]): void {
    (this.#inFlight ??= []).push({ number: this.#writtenCount, pieces });
    for (const piece of pieces) this.#owner.hold(piece);
  }

  #releaseSent(inFlight: InFlightMessage[]): void {
    const unsent = inFlight.findIndex(({ number }) => number > this.#sentCount);
    for (const { pieces } of inFlight.splice(0, unsent < 0 ? inFlight.length : unsent))
      for (const piece of pieces) this.#owner.release(piece);
  }

  #remove(waiting: Map<string, readonly Buffer[]>, kind: string): void {
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
      this.#remove(waiting, kind);
      this.write(pieces);
      // The write may have exceeded the budget of all clients, and closed this one.
      if (this.#waiting === null) return;
    }
  }
}

/** Counts the kind too: it may be the whole text of a request. */
const bytesOf = (kind: string, pieces: readonly Buffer[]): number =>
  pieces.reduce((sum, { length }) => sum + length, Buffer.byteLength(kind));
