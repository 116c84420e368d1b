import { errors, jwtVerify } from 'jose';
import type { JWTVerifyGetKey } from 'jose';
import type { Scope } from './scope.ts';
import { everything } from './scope.ts';
import { scopeOf } from './claims.ts';

/** Who shows a token, and for how long what it says is true. */
export interface GrantedAccess {
  readonly scope: Scope;
  /** ms since 1970; null: without end. */
  readonly expiresAt: number | null;
}

/** Why a token is not taken. `unavailable`: it could not be checked. */
export type TokenRefusal = 'missing' | 'wrong' | 'expired' | 'unavailable';

/** What became of a token. */
export type VerifyResult = { readonly access: GrantedAccess } | { readonly refusal: TokenRefusal };

/** What a token allows; undefined if none was shown. */
export type Verify = (token: string | undefined) => Promise<VerifyResult>;

const open: Promise<VerifyResult> = Promise.resolve({ access: { scope: everything, expiresAt: null } });

/** Everybody may see everything. */
export const openToAll: Verify = () => open;

export interface TokenRules {
  readonly key: JWTVerifyGetKey;
  /** Only these: what a token says of itself decides nothing. */
  readonly algorithms: readonly string[];
  readonly audience: string;
  readonly issuer: string | undefined;
}

/** Most by which clocks may differ, in seconds. */
const clockToleranceSeconds = 5;
/** Longest token, in characters: Node takes 16 KiB of headers. */
const tokenCharsMax = 8_192;

export function createVerify({ key, algorithms, audience, issuer }: TokenRules): Verify {
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
      return { refusal: refusalOf(error) };
    }
  };
}

/** The token is at fault, or the key set could not be had. */
function refusalOf(error: unknown): TokenRefusal {
  if (error instanceof errors.JWTExpired) return 'expired';
  const isToken =
    error instanceof errors.JWTClaimValidationFailed ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys;
  return isToken ? 'wrong' : 'unavailable';
}
