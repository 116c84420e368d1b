import { isProgrammingError } from '@callstream/resilience';
import { errors } from 'jose';

/** Longest token, in characters: Node accepts 16 KiB of headers. */
export const tokenCharsMax = 8_192;

/**
 * How a token is refused. `unavailable`: it could not be checked, because the keys are unavailable. `internal`: because of a bug, which
 * the log has.
 */
export type RefusalKind = 'missing' | 'wrong' | 'expired' | 'unavailable' | 'internal';

export interface TokenRefusal {
  readonly refusal: RefusalKind;
  /** Why a token is wrong or expired, for the log: a sentence without any text of the token. */
  readonly problem?: string;
  /** The same for the client, if it says nothing about keys to a client that has none. */
  readonly detail?: string;
}

/** The client has signed the token, or sees the problem without a key: it may know the reason. */
const sharedRefusal = (refusal: RefusalKind, problem: string): TokenRefusal => ({ refusal, problem, detail: problem });

export const tooLong = sharedRefusal('wrong', `The token is longer than ${tokenCharsMax} characters.`);

/** @param problem of the claims, whose signature was valid */
export const wrongClaims = (problem: string): TokenRefusal => sharedRefusal('wrong', problem);

/** By the class of the error; what a signature is compared with is not for the client. */
const problems = [
  [errors.JWSSignatureVerificationFailed, 'The signature does not match the key.'],
  [errors.JOSEAlgNotAllowed, 'The algorithm ("alg") is not allowed by GATEWAY_AUTH.'],
  [errors.JWKSNoMatchingKey, 'GATEWAY_JWKS_URL has no key for this token ("kid", "alg").'],
  [errors.JWKSMultipleMatchingKeys, 'GATEWAY_JWKS_URL has several keys for this token: it needs a "kid".'],
  [errors.JOSENotSupported, 'The token needs a feature of JOSE that is not supported.'],
  [errors.JWSInvalid, 'This is not a signed JSON Web Token.'],
  [errors.JWTInvalid, 'This is not a signed JSON Web Token.'],
] as const;

/** Settings that a claim is compared with. */
const settings: Readonly<Record<string, string>> = { aud: 'GATEWAY_JWT_AUDIENCE', iss: 'GATEWAY_JWT_ISSUER' };

/** Any error that is neither about the token itself nor a bug is one of reading the key set. */
export function refusalOf(error: unknown): TokenRefusal {
  if (error instanceof errors.JWTExpired) return sharedRefusal('expired', 'The token has expired ("exp").');
  if (error instanceof errors.JWTClaimValidationFailed) return wrongClaims(claimProblem(error));
  const found = problems.find(([kind]) => error instanceof kind);
  if (found) return { refusal: 'wrong', problem: found[1] };
  return { refusal: isProgrammingError(error) ? 'internal' : 'unavailable' };
}

/** jose checks claims after the signature, and names them only by what it was asked to check. */
function claimProblem({ claim, reason }: errors.JWTClaimValidationFailed): string {
  if (reason === 'missing') return `The claim "${claim}" is missing.`;
  const setting = settings[claim];
  return `The claim "${claim}" is ${setting === undefined ? 'not valid' : `not that of ${setting}`}.`;
}
