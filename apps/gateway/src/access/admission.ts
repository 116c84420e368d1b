import type { CloseCause } from '@callstream/contracts';
import { Failure } from '../failure.ts';
import { nothing } from './scope.ts';
import type { Scope } from './scope.ts';
import type { Access, Refusal, Verify } from './verify.ts';

/** How long a socket may stay open without having shown a token, in ms. */
const tokenMsMax = 5_000;
/** Longest that a timer of Node runs, in ms. */
const timerMsMax = 2 ** 31 - 1;

/** What becomes of a socket whose token is not taken. */
const closes = {
  wrong: 'denied',
  expired: 'expired',
  unavailable: 'keysAway',
} as const satisfies Record<Exclude<Refusal, 'missing'>, CloseCause>;

/** What one client may see, and until when. */
export interface Admission extends Disposable {
  readonly scope: () => Scope;
  /** Whether a token was taken that is still true. */
  readonly isAdmitted: () => boolean;
  /** Takes a token in place of the one before; one that is not taken closes the socket. @throws {Failure} then */
  readonly authenticate: (token: string) => Promise<number | null>;
  /** Takes the token that the socket was asked for with; without one, waits for `authenticate`, not for long. */
  readonly begin: () => void;
  /** Resolves when no token is being checked. */
  readonly settled: () => Promise<void>;
}

export interface AdmissionOptions {
  readonly verify: Verify;
  /** The token that came with the request for the socket. */
  readonly token: string | undefined;
  readonly close: (cause: CloseCause) => void;
  /** The token that came with the request was taken. */
  readonly tell: (access: Access) => void;
}

export function createAdmission({ verify, token, close, tell }: AdmissionOptions): Admission {
  let access: Access | null = null;
  let timer: NodeJS.Timeout | undefined;
  let checking: Promise<unknown> = Promise.resolve();
  let turn = 0;
  let isOver = false;

  const endAt = (ms: number, cause: CloseCause): void => {
    clearTimeout(timer);
    if (isOver) return;
    const left = Math.max(0, ms - Date.now());
    timer = setTimeout(() => (left > timerMsMax ? endAt(ms, cause) : end(cause)), Math.min(left, timerMsMax));
  };
  const end = (cause: CloseCause): void => {
    access = null;
    close(cause);
  };

  const take = async (given: string | undefined): Promise<Access | null> => {
    const mine = ++turn;
    const verified = await verify(given);
    // Of two at once, the later one counts.
    if (mine !== turn || isOver) return access;
    if ('refusal' in verified) {
      // It may still come.
      if (verified.refusal === 'missing') return null;
      end(closes[verified.refusal]);
      return null;
    }
    access = verified.access;
    clearTimeout(timer);
    if (access.expiresAt !== null) endAt(access.expiresAt, 'expired');
    return access;
  };
  const check = (given: string | undefined): Promise<Access | null> => {
    const taken = take(given);
    checking = taken.catch(() => undefined);
    return taken;
  };

  return {
    isAdmitted: () => access !== null,
    scope: () => access?.scope ?? nothing,
    authenticate: async (given) => {
      const taken = await check(given);
      if (taken === null) throw new Failure('The token is not taken.');
      return taken.expiresAt;
    },
    begin: () => {
      endAt(Date.now() + tokenMsMax, 'unauthenticated');
      void check(token).then((taken) => token !== undefined && taken && tell(taken));
    },
    settled: async () => {
      await checking;
    },
    [Symbol.dispose]: () => {
      isOver = true;
      clearTimeout(timer);
    },
  };
}
