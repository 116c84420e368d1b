import type { CloseCause } from '@callstream/contracts';
import type { Scope } from '../access/scope.ts';
import type { Requester } from '../scheduling/requester.ts';
import type { OutgoingFrame } from './frame.ts';
import type { Sized } from './unsent-budget.ts';

/** A socket as the code sees it that sends something to the client. */
export interface SocketClient extends Requester {
  /** What the client may see now; nothing before its token was accepted. */
  scope(): Scope;
  /** Whether the client may send requests. */
  isAuthenticated(): boolean;
  /**
   * Replaces the client's token.
   * @returns when it expires, ms since 1970; null: never
   * @throws {RequestFailure} if the token is refused; the socket is closed then
   */
  authenticate(token: string): Promise<number | null>;
  /** Sends a frame now or later. While it waits for a slow client, a newer frame of its kind replaces it. */
  send(kind: string, frame: OutgoingFrame): void;
  /** Whether the client takes more now. If not, `SessionHandlers.onRoom` is called once it does. */
  hasRoom(): boolean;
  /** Sends a frame now, without the outbox. Only while there is room. */
  write(frame: OutgoingFrame): void;
  /** Counts something that is kept for the client as unsent, until it is released or the socket is closed. */
  hold(item: Sized): void;
  release(item: Sized): void;
  close(cause: CloseCause): void;
}
