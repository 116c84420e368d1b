import type { CloseCause } from '@callstream/contracts';
import { RequestFailure } from './request-failure.ts';
import { nothing } from './scope.ts';
import type { Scope } from './scope.ts';
import type { GrantedAccess, TokenRefusal, VerifyResult, Verify } from './verify.ts';

/** How long a socket may stay open without having shown a token, in ms. */
const tokenMsMax = 5_000;
/** Longest that a timer of Node runs, in ms. */
const timerMsMax = 2 ** 31 - 1;

/** What becomes of a socket whose token is not taken. */
const closeCauses = {
  wrong: 'denied',
  expired: 'expired',
  unavailable: 'keysAway',
} as const satisfies Record<Exclude<TokenRefusal, 'missing'>, CloseCause>;

/** The client whose admission it is. */
export interface SocketAuthenticationOptions {
  readonly verify: Verify;
  readonly close: (cause: CloseCause) => void;
  /** The token that came with the request for the socket was taken. */
  readonly onAdmitted: (access: GrantedAccess) => void;
}

/** What one client may see, and until when. */
export class SocketAuthentication implements Disposable {
  readonly #owner: SocketAuthenticationOptions;
  #access: GrantedAccess | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** Of the token that came last; null once that is done. */
  #checking: Promise<GrantedAccess | null> | null = null;
  #isOver = false;

  constructor(owner: SocketAuthenticationOptions) {
    this.#owner = owner;
  }

  scope(): Scope {
    return this.#access?.scope ?? nothing;
  }

  /** Whether a token was taken that is still true. */
  isAdmitted(): boolean {
    return this.#access !== null;
  }

  /** Takes the token that the socket was asked for with; without one, waits for `authenticate`, not for long. */
  async begin(token: string | undefined): Promise<void> {
    this.#endAt(Date.now() + tokenMsMax, 'unauthenticated');
    const taken = await this.#check(token);
    if (token !== undefined && taken) this.#owner.onAdmitted(taken);
  }

  /** Takes a token in place of the one before; one that is not taken closes the socket. @throws {Failure} then */
  async authenticate(token: string): Promise<number | null> {
    const taken = await this.#check(token);
    if (taken === null) throw new RequestFailure('The token is not taken.');
    return taken.expiresAt;
  }

  /** Resolves when no token is being checked. */
  async settled(): Promise<void> {
    await this.#checking?.catch(() => undefined);
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#stopTimer();
  }

  #check(token: string | undefined): Promise<GrantedAccess | null> {
    const checking = this.#owner.verify(token).then((verified) => {
      // Of two at once, the later one counts.
      if (this.#checking !== checking || this.#isOver) return this.#access;
      this.#checking = null;
      return this.#take(verified);
    });
    this.#checking = checking;
    return checking;
  }

  #take(verified: VerifyResult): GrantedAccess | null {
    if ('refusal' in verified) {
      // It may still come.
      if (verified.refusal !== 'missing') this.#end(closeCauses[verified.refusal]);
      return null;
    }
    this.#access = verified.access;
    this.#stopTimer();
    if (this.#access.expiresAt !== null) this.#endAt(this.#access.expiresAt, 'expired');
    return this.#access;
  }

  #endAt(ms: number, cause: CloseCause): void {
    this.#stopTimer();
    if (this.#isOver) return;
    const left = Math.max(0, ms - Date.now());
    const atEnd = (): void => (left > timerMsMax ? this.#endAt(ms, cause) : this.#end(cause));
    this.#timer = setTimeout(atEnd, Math.min(left, timerMsMax));
  }

  #stopTimer(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #end(cause: CloseCause): void {
    this.#access = null;
    this.#owner.close(cause);
  }
}
