import type { Log } from '@callstream/runtime';
import type { AuthenticationEnv } from './authentication-env.ts';
import { remoteKeys, secretKey } from './keys.ts';
import { cacheTokens } from './token-cache.ts';
import { createVerify, openToAll } from './verify.ts';
import type { Verify } from './verify.ts';

/** Public keys only: with one of these, nobody can be told to take a public key for a secret. */
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
  /** Whether everybody may see everything, without a token. */
  readonly isOpen: boolean;
}

/** As the settings say, which `checkAuthentication` has found to fit together. */
export function createAuthentication(env: AuthenticationEnv, log: Log): Authentication {
  const rules = { audience: env.GATEWAY_JWT_AUDIENCE, issuer: env.GATEWAY_JWT_ISSUER };
  if (env.GATEWAY_AUTH === 'secret' && env.GATEWAY_JWT_SECRET !== undefined)
    return {
      verify: cacheTokens(createVerify({ ...rules, key: secretKey(env.GATEWAY_JWT_SECRET), algorithms: ['HS256'] })),
      isOpen: false,
    };
  if (env.GATEWAY_AUTH === 'jwks' && env.GATEWAY_JWKS_URL !== undefined)
    return {
      verify: cacheTokens(
        createVerify({ ...rules, key: remoteKeys(env.GATEWAY_JWKS_URL, log), algorithms: publicKeyAlgorithms }),
      ),
      isOpen: false,
    };
  return { verify: openToAll, isOpen: true };
}
