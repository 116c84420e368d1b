import { createFrameBook } from './frame-book.ts';
import { openRawSocket } from './raw-socket.ts';
import type { RawSocket } from './raw-socket.ts';
import { monotonicMs } from './reader-commands.ts';
import type { Opened, Received } from './reader-commands.ts';

/** At most so many connections are being made at the same time: more than a listening socket's backlog would be refused. */
const dialingMax = 256;

interface Reader {
  socket?: RawSocket;
  cursor: string | null;
  /** 1 for each call that has come. */
  seen: Uint8Array;
  missing: number;
}

export interface Expected {
  readonly round: number;
  /** Calls that every socket is to get; */
  readonly calls?: number;
  /** or frames with a change. */
  readonly frames?: number;
}

/** Sockets that are opened, counted and closed together. */
export class ReaderGroup {
  #readers: Reader[] = [];
  #lost: string[] = [];
  #book = createFrameBook(0);
  #expected: Expected = { round: 0 };
  #received = nothing(0);
  #incomplete = 0;
  #whenComplete = Promise.withResolvers<Received>();

  async open(port: number, sockets: number, subscribe: boolean): Promise<Opened> {
    this.#readers = Array.from({ length: sockets }, () => ({
      ...{ cursor: null, seen: new Uint8Array(), missing: 0 },
    }));
    return this.#dial(port, subscribe);
  }

  async reopen(port: number): Promise<Opened> {
    for (const { socket } of this.#readers) socket?.destroy();
    this.#lost = []; // the gateway that is left may have been killed
    return this.#dial(port, true);
  }

  async #dial(port: number, subscribe: boolean): Promise<Opened> {
    const began = monotonicMs();
    const waiting = [...this.#readers];
    const dialNext = async (): Promise<void> => {
      for (let reader = waiting.pop(); reader; reader = waiting.pop()) await this.#openOne(reader, port, subscribe);
    };
    await Promise.all(Array.from({ length: dialingMax }, dialNext));
    return { tookMs: monotonicMs() - began, lost: this.#lost };
  }

  #openOne(reader: Reader, port: number, subscribe: boolean): Promise<void> {
    return new Promise((resolve) => {
      const socket = openRawSocket({
        port,
        onText: (payload) => {
          const frame = this.#book(payload);
          if (frame.cursor !== null) reader.cursor = frame.cursor;
          if (frame.isWelcome) {
            const data = reader.cursor === null ? {} : { cursor: reader.cursor };
            if (subscribe) socket.send(JSON.stringify({ event: 'Subscribe', data }));
            else resolve();
          } else if (frame.completes) resolve();
          if (frame.calls.length > 0) this.#count(reader, frame.calls, payload.length);
        },
        onClose: (reason) => {
          this.#lost.push(reason);
          resolve();
        },
      });
      reader.socket = socket;
    });
  }

  expect(expected: Expected): void {
    const { round, calls = 0, frames = 0 } = expected;
    this.#book = createFrameBook(round);
    this.#expected = expected;
    this.#received = nothing(calls);
    this.#incomplete = this.#readers.length;
    this.#whenComplete = Promise.withResolvers();
    for (const reader of this.#readers) {
      reader.seen = new Uint8Array(calls);
      reader.missing = Math.max(calls, frames);
    }
  }

  #count(reader: Reader, calls: readonly number[], bytes: number): void {
    const received = this.#received;
    const at = monotonicMs();
    received.firstAt = Math.min(received.firstAt, at);
    received.lastAt = at;
    received.frames++;
    received.bytes += bytes;
    received.changes += calls.length;
    if (this.#expected.frames !== undefined) reader.missing--;
    else
      for (const call of calls) {
        if (reader.seen[call] !== 0) continue;
        reader.seen[call] = 1;
        reader.missing--;
        received.receivedAt[call]?.push(at);
      }
    if (reader.missing === 0 && --this.#incomplete === 0) this.#whenComplete.resolve(received);
  }

  complete(): Promise<Received> {
    if (this.#lost.length > 0) throw new Error(`${this.#lost.length} sockets were lost: ${this.#lost[0] ?? ''}`);
    return this.#whenComplete.promise;
  }

  close(): void {
    for (const { socket } of this.#readers) socket?.destroy();
    this.#readers = [];
  }
}

type Counted = { -readonly [K in keyof Received]: Received[K] } & { receivedAt: number[][] };

const nothing = (calls: number): Counted => ({
  ...{ firstAt: Infinity, lastAt: 0, changes: 0, frames: 0, bytes: 0 },
  receivedAt: Array.from({ length: calls }, () => []),
});
