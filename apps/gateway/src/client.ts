import type { CloseCause } from '@callstream/contracts';

/** A socket, as those see it who have something to tell. */
export interface Client {
  /** Sends a frame now or later; while it waits for a slow reader, a newer one of its kind replaces it. */
  readonly send: (kind: string, frame: string) => void;
  /** Whether it takes more now. If not, {@link Conversation.onRoom} tells when it does. */
  readonly hasRoom: () => boolean;
  /** Sends a frame now. */
  readonly write: (frame: Buffer) => void;
  readonly close: (cause: CloseCause) => void;
}
