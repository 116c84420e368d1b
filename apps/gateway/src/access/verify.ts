import { isProgrammingError } from '@callstream/resilience';
import type { Log } from '@callstream/runtime';
import { errors, jwtVerify } from 'jose';
import type { JWTVerifyGetKey } from 'jose';
import { scopeOf } from './claims.ts';
import { everything } from './scope.ts';
import type { Scope } from './scope.ts';

/** What a valid token allows, and until when. */
export interface GrantedAccess {
  readonly scope: Scope;
  /** ms since 1970; null: never. */
  readonly expiresAt: number | null;
}

/**
 * Why a token is refused. `unavailable`: it could not be checked, because the keys are unavailable. `internal`: because of a bug, which
 * the log has.
 */
export type TokenRefusal = 'missing' | 'wrong' | 'expired' | 'unavailable' | 'internal';

export type VerifyResult = { readonly access: GrantedAccess } | { readonly refusal: TokenRefusal };

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
/** Longest token, in characters: Node accepts 16 KiB of headers. */
const tokenCharsMax = 8_192;

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
    if (token.length > tokenCharsMax) return { refusal: 'wrong' };
    try {
      const { payload } = await jwtVerify(token, key, options);
      const scope = scopeOf(payload);
      if (scope === null || payload.exp === undefined) return { refusal: 'wrong' };
      return { access: { scope, expiresAt: payload.exp * 1_000 } };
    } catch (error) {
      if (isProgrammingError(error)) log.error({ error: error.stack }, 'token.check-failed');
      return { refusal: refusalOf(error) };
    }
  };
}

/** Any error that is neither about the token itself nor a bug is one of reading the key set. */
function refusalOf(error: unknown): TokenRefusal {
  if (error instanceof errors.JWTExpired) return 'expired';
  const isTokenError =
    error instanceof errors.JWTClaimValidationFailed ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys;
  if (isTokenError) return 'wrong';
  return isProgrammingError(error) ? 'internal' : 'unavailable';
}
