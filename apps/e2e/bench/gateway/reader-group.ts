import { createFrameParser } from './frame-parser.ts';
import { openRawSocket } from './raw-socket.ts';
import type { RawSocket } from './raw-socket.ts';
import { monotonicMs } from './reader-commands.ts';
import type { ConnectReport, ReceptionReport } from './reader-commands.ts';

/** Concurrent connection attempts; more than the server's listen backlog would be refused. */
const connectingMax = 256;

interface SocketReader {
  socket?: RawSocket;
  cursor: string | null;
  /** 1 for each call that was received. */
  seen: Uint8Array;
  missing: number;
}

export interface ExpectedFrames {
  readonly round: number;
  /** Calls that each socket must get, … */
  readonly calls?: number;
  /** … or else frames with a change. */
  readonly frames?: number;
}

/** Sockets that are opened, measured and closed together. */
export class ReaderGroup {
  #readers: SocketReader[] = [];
  #lost: string[] = [];
  #parse = createFrameParser(0);
  #expected: ExpectedFrames = { round: 0 };
  #received = noneReceived(0);
  #incomplete = 0;
  #whenComplete = Promise.withResolvers<ReceptionReport>();

  async open(port: number, sockets: number, subscribe: boolean): Promise<ConnectReport> {
    this.#readers = Array.from({ length: sockets }, () => ({
      cursor: null,
      seen: new Uint8Array(),
      missing: 0,
    }));
    return this.#connect(port, subscribe);
  }

  async reopen(port: number): Promise<ConnectReport> {
    for (const { socket } of this.#readers) socket?.destroy();
    this.#lost = []; // their old gateway may have been killed
    return this.#connect(port, true);
  }

  async #connect(port: number, subscribe: boolean): Promise<ConnectReport> {
    const began = monotonicMs();
    const pending = [...this.#readers];
    const connectNext = async (): Promise<void> => {
      for (let reader = pending.pop(); reader; reader = pending.pop()) await this.#openSocket(reader, port, subscribe);
    };
    await Promise.all(Array.from({ length: connectingMax }, connectNext));
    return { tookMs: monotonicMs() - began, lost: this.#lost };
  }

  #openSocket(reader: SocketReader, port: number, subscribe: boolean): Promise<void> {
    return new Promise((resolve) => {
      const socket = openRawSocket({
        port,
        onText: (payload) => {
          const frame = this.#parse(payload);
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

  expect(expected: ExpectedFrames): void {
    const { round, calls = 0, frames = 0 } = expected;
    this.#parse = createFrameParser(round);
    this.#expected = expected;
    this.#received = noneReceived(calls);
    this.#incomplete = this.#readers.length;
    this.#whenComplete = Promise.withResolvers();
    for (const reader of this.#readers) {
      reader.seen = new Uint8Array(calls);
      reader.missing = Math.max(calls, frames);
    }
  }

  #count(reader: SocketReader, calls: readonly number[], bytes: number): void {
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

  complete(): Promise<ReceptionReport> {
    if (this.#lost.length > 0) throw new Error(`${this.#lost.length} sockets were lost: ${this.#lost[0] ?? ''}`);
    return this.#whenComplete.promise;
  }

  close(): void {
    for (const { socket } of this.#readers) socket?.destroy();
    this.#readers = [];
  }
}

type ReceptionCounters = { -readonly [K in keyof ReceptionReport]: ReceptionReport[K] } & { receivedAt: number[][] };

const noneReceived = (calls: number): ReceptionCounters => ({
  firstAt: Infinity,
  lastAt: 0,
  changes: 0,
  frames: 0,
  bytes: 0,
  receivedAt: Array.from({ length: calls }, () => []),
});
