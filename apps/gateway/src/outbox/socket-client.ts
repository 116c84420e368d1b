import type { CloseCause } from '@callstream/contracts';
import type { Scope } from '../access/scope.ts';
import type { Requester } from '../scheduling/requester.ts';
import type { OutgoingFrame } from './frame.ts';
import type { Sized } from './unsent-budget.ts';

/** A socket, as those see it who have something to tell. */
export interface SocketClient extends Requester {
  /** What it may see now; nothing before it has shown a token, if one is asked for. */
  scope(): Scope;
  /** Whether it may ask anything at all. */
  isAdmitted(): boolean;
  /** Takes the token for the one that counts from now on. Resolves to when it expires, in ms since 1970; null: never. @throws {Failure} */
  authenticate(token: string): Promise<number | null>;
  /** Sends a frame now or later; while it waits for a slow reader, a newer one of its kind replaces it. */
  send(kind: string, frame: OutgoingFrame): void;
  /** Whether it takes more now. If not, {@link Conversation.onRoom} tells when it does. */
  hasRoom(): boolean;
  /** Sends a frame now. */
  write(frame: OutgoingFrame): void;
  /** Something is kept for it until it is released or the socket is closed: it counts as waiting to be sent. */
  hold(thing: Sized): void;
  release(thing: Sized): void;
  close(cause: CloseCause): void;
}
