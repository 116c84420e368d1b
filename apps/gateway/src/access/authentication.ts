import type { Log } from '@callstream/runtime';
import type { AuthenticationEnv } from './authentication-env.ts';
import { remoteKeys, secretKey } from './keys.ts';
import { cacheTokens } from './token-cache.ts';
import { createVerify, openToAll } from './verify.ts';
import type { TokenRules, Verify } from './verify.ts';

/** Asymmetric algorithms only, so that a public key is never used as an HMAC secret (algorithm confusion). */
const publicKeyAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

export interface Authentication {
  readonly verify: Verify;
  /** Whether no token is needed, and every client may see everything. */
  readonly isOpen: boolean;
}

/** Authentication by the settings, which `checkAuthentication` has validated. */
export function createAuthentication(env: AuthenticationEnv, log: Log): Authentication {
  const rules = { audience: env.GATEWAY_JWT_AUDIENCE, issuer: env.GATEWAY_JWT_ISSUER, log };
  if (env.GATEWAY_AUTH === 'secret' && env.GATEWAY_JWT_SECRET !== undefined)
    return withTokens({ ...rules, key: secretKey(env.GATEWAY_JWT_SECRET), algorithms: ['HS256'] });
  if (env.GATEWAY_AUTH === 'jwks' && env.GATEWAY_JWKS_URL !== undefined)
    return withTokens({ ...rules, key: remoteKeys(env.GATEWAY_JWKS_URL, log), algorithms: publicKeyAlgorithms });
  return { verify: openToAll, isOpen: true };
}

const withTokens = (rules: TokenRules): Authentication => ({
  verify: cacheTokens(createVerify(rules)),
  isOpen: false,
});
