import type { OutgoingFrame } from './frame.ts';
import type { PartTurns } from './part-turns.ts';
import type { SocketClient } from './socket-client.ts';
import type { Sized } from './unsent-budget.ts';

/** Something that is sent in parts. Each is made when the client takes it. */
export interface Parted extends Sized {
  readonly parts: number;
  /** When a part may be made. */
  readonly turns: PartTurns;
  /** @param i from 0 */
  part(i: number): Buffer;
}

/** Makes the frame of a part. The part may be shared with other clients. */
type FrameOfPart = (part: Buffer) => OutgoingFrame;

/**
 * ```
 *            begin                room: the next parts
 *  idle ───────────────▶ sending ◀──────┐
 *   ▲                     │ │ └─────────┘
 *   │   last part sent    │ └─ begin: the new backlog replaces the rest of the old one
 *   └─────────────────────┘
 * ```
 */
type SendState<Backlog> =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'sending';
      readonly backlog: Backlog;
      /** From 0. */
      nextPart: number;
      readonly frameOf: FrameOfPart;
    };

const idle = { kind: 'idle' } as const;

/** What a client is being sent in parts, one backlog at a time, as fast as it reads. */
export class PartSender<Backlog extends Parted> {
  #state: SendState<Backlog> = idle;

  /** The backlog that the client has not been sent completely; null if it has been sent everything. */
  unsent(): Backlog | null {
    return this.#state.kind === 'sending' ? this.#state.backlog : null;
  }

  /** The next parts are of this backlog, in place of the rest of the one before. */
  begin(backlog: Backlog, frameOf: FrameOfPart): void {
    this.#state = { kind: 'sending', backlog, nextPart: 0, frameOf };
  }

  /**
   * Sends as many parts as the client takes, and the event loop has time for.
   * @param goOn called when there is time for more; it has to call this again
   * @returns the backlog whose last part was among them
   */
  sendParts(client: SocketClient, goOn: () => void): Backlog | null {
    const state = this.#state;
    if (state.kind === 'idle') return null;
    const { backlog, frameOf } = state;
    while (state.nextPart < backlog.parts && client.hasRoom() && backlog.turns.mayMake(this, goOn))
      client.write(frameOf(backlog.part(state.nextPart++)));
    if (state.nextPart < backlog.parts) return null;
    this.#state = idle;
    return backlog;
  }

  /** The rest is not sent. */
  end(): void {
    this.#state = idle;
  }
}
