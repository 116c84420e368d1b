import { createSecretKey } from 'node:crypto';
import type { Log } from '@callstream/runtime';
import { createLocalJWKSet, createRemoteJWKSet, errors } from 'jose';
import type { JWTVerifyGetKey } from 'jose';

/** How long a key set is used before it is asked for again, in ms: a key that was withdrawn is refused after that. */
const freshForMs = 10 * 60_000;
/** Least time between two questions for keys that are not in the set, in ms: anybody can make up a key id. */
const askAgainMs = 30_000;
const timeoutMs = 5_000;

/** The one key of HS256. */
export const secretKey = (secret: string): JWTVerifyGetKey => {
  const key = createSecretKey(Buffer.from(secret));
  return () => key;
};

/** The keys at a JWKS address. While it cannot be had, those that were had last; if there were none, it throws. */
export function remoteKeys(url: string, log: Log): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(new URL(url), {
    cacheMaxAge: freshForMs,
    cooldownDuration: askAgainMs,
    timeoutDuration: timeoutMs,
  });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      log.warn({ error: String(error) }, 'jwks.away');
      const known = keys.jwks();
      if (known === undefined) throw error;
      return createLocalJWKSet(known)(header, token);
    }
  };
}
