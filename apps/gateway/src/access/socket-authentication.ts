import type { CloseCause } from '@callstream/contracts';
import { RequestFailure } from './request-failure.ts';
import { nothing } from './scope.ts';
import type { Scope } from './scope.ts';
import type { RefusalKind } from './token-refusal.ts';
import type { GrantedAccess, Verify, VerifyResult } from './verify.ts';

/** How long a socket may stay open without a token, in ms. */
const tokenDeadlineMs = 5_000;
/** Longest timer of Node, in ms. */
const timerMsMax = 2 ** 31 - 1;

/** How a socket is closed whose token is refused. */
const closeCauses = {
  wrong: 'denied',
  expired: 'expired',
  unavailable: 'keysAway',
  internal: 'internal',
} as const satisfies Record<Exclude<RefusalKind, 'missing'>, CloseCause>;

export interface SocketAuthenticationOptions {
  readonly verify: Verify;
  /** @param detail why, for the client, in place of the reason of the cause */
  readonly close: (cause: CloseCause, detail?: string) => void;
  /** @param problem why a token is refused, for the log */
  readonly onRefused: (problem: string) => void;
  /** The token of the upgrade request was accepted. (`authenticate` answers for the token of a message.) */
  readonly onAuthenticated: (access: GrantedAccess) => void;
}

/** What one client may see, and until when: closes its socket when its token is refused or expires, or if none comes in time. */
export class SocketAuthentication implements Disposable {
  readonly #options: SocketAuthenticationOptions;
  #access: GrantedAccess | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** The check of the latest token; null when it is done. */
  #check: Promise<GrantedAccess | null> | null = null;
  #isDisposed = false;

  constructor(options: SocketAuthenticationOptions) {
    this.#options = options;
  }

  scope(): Scope {
    return this.#access?.scope ?? nothing;
  }

  /** Whether the client has a valid token, or needs none. */
  isAuthenticated(): boolean {
    return this.#access !== null;
  }

  /** Checks the token of the upgrade request; without one, `authenticate` must follow within {@link tokenDeadlineMs}. */
  async begin(token: string | undefined): Promise<void> {
    this.#closeAt(Date.now() + tokenDeadlineMs, 'unauthenticated');
    const access = await this.#verify(token);
    if (token !== undefined && access) this.#options.onAuthenticated(access);
  }

  /** Replaces the token. A refused one closes the socket. @returns when it expires, in ms since 1970 @throws {RequestFailure} if it is refused */
  async authenticate(token: string): Promise<number | null> {
    const access = await this.#verify(token);
    if (access === null) throw new RequestFailure('The token was refused.');
    return access.expiresAt;
  }

  /** Resolves when no check of a token is in progress. */
  async settled(): Promise<void> {
    await this.#check?.catch(() => undefined);
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#stopTimer();
  }

  #verify(token: string | undefined): Promise<GrantedAccess | null> {
    const check = this.#options.verify(token).then((result) => {
      // A newer token came meanwhile: its result counts.
      if (this.#check !== check || this.#isDisposed) return this.#access;
      this.#check = null;
      return this.#apply(result);
    });
    this.#check = check;
    return check;
  }

  #apply(result: VerifyResult): GrantedAccess | null {
    if ('refusal' in result) {
      // A missing token may still come, until the deadline.
      if (result.refusal === 'missing') return null;
      if (result.problem !== undefined) this.#options.onRefused(result.problem);
      this.#close(closeCauses[result.refusal], result.detail);
      return null;
    }
    this.#access = result.access;
    this.#stopTimer();
    if (this.#access.expiresAt !== null) this.#closeAt(this.#access.expiresAt, 'expired');
    return this.#access;
  }

  #closeAt(ms: number, cause: CloseCause): void {
    this.#stopTimer();
    if (this.#isDisposed) return;
    const leftMs = Math.max(0, ms - Date.now());
    const onTimeout = (): void => (leftMs > timerMsMax ? this.#closeAt(ms, cause) : this.#close(cause));
    this.#timer = setTimeout(onTimeout, Math.min(leftMs, timerMsMax));
  }

  #stopTimer(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #close(cause: CloseCause, detail?: string): void {
    this.#access = null;
    this.#options.close(cause, detail);
  }
}
