import { isProgrammingError } from '@callstream/resilience';
import type { Log } from '@callstream/runtime';
import { jwtVerify } from 'jose';
import type { JWTVerifyGetKey } from 'jose';
import { scopeOf } from './claims.ts';
import { everything } from './scope.ts';
import type { Scope } from './scope.ts';
import { refusalOf, tokenCharsMax, tooLong, wrongClaims } from './token-refusal.ts';
import type { TokenRefusal } from './token-refusal.ts';

/** What a valid token allows, and until when. */
export interface GrantedAccess {
  readonly scope: Scope;
  /** ms since 1970; null: never. */
  readonly expiresAt: number | null;
}

export type VerifyResult = { readonly access: GrantedAccess } | TokenRefusal;

/** Checks a token; undefined if the request has none. Does not throw. */
export type Verify = (token: string | undefined) => Promise<VerifyResult>;

const fullAccess: Promise<VerifyResult> = Promise.resolve({ access: { scope: everything, expiresAt: null } });

/** Without authentication (GATEWAY_AUTH=none): every client may see everything, without a token. */
export const openToAll: Verify = () => fullAccess;

export interface TokenRules {
  readonly key: JWTVerifyGetKey;
  /** Only these: the algorithm that a token itself names must not decide. */
  readonly algorithms: readonly string[];
  readonly audience: string;
  readonly issuer: string | undefined;
  readonly log: Log;
}

/** Most by which the clocks of the issuer and of this machine may differ, in seconds. */
const clockToleranceSeconds = 5;

export function createVerify({ key, algorithms, audience, issuer, log }: TokenRules): Verify {
  const options = {
    algorithms: [...algorithms],
    audience,
    ...(issuer === undefined ? {} : { issuer }),
    requiredClaims: ['exp'],
    clockTolerance: clockToleranceSeconds,
  };
  return async (token) => {
    if (token === undefined) return { refusal: 'missing' };
    if (token.length > tokenCharsMax) return tooLong;
    try {
      const { payload } = await jwtVerify(token, key, options);
      const claimed = scopeOf(payload);
      if ('problem' in claimed) return wrongClaims(claimed.problem);
      return { access: { scope: claimed.scope, expiresAt: (payload.exp ?? 0) * 1_000 } };
    } catch (error) {
      if (isProgrammingError(error)) log.error({ error: error.stack }, 'token.check-failed');
      return refusalOf(error);
    }
  };
}
