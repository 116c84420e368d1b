import { createSecretKey } from 'node:crypto';
import { errorText } from '@callstream/resilience';
import type { Log } from '@callstream/runtime';
import { createLocalJWKSet, createRemoteJWKSet, errors } from 'jose';
import type { JWTVerifyGetKey } from 'jose';

/** How long a fetched key set is used, in ms: a revoked key is refused after this. */
const cacheMsMax = 10 * 60_000;
/** Least time between two fetches because of an unknown key id, in ms: anybody can make up a key id. */
const refetchEveryMs = 30_000;
const timeoutMs = 5_000;

/** The key of HS256. */
export const secretKey = (secret: string): JWTVerifyGetKey => {
  const key = createSecretKey(Buffer.from(secret));
  return () => key;
};

/** The keys at a JWKS URL. While it is unavailable, the last fetched set is used. @throws if there is none yet */
export function remoteKeys(url: string, log: Log): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(new URL(url), {
    cacheMaxAge: cacheMsMax,
    cooldownDuration: refetchEveryMs,
    timeoutDuration: timeoutMs,
  });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      log.warn({ error: errorText(error) }, 'jwks.away');
      const lastFetched = keys.jwks();
      if (lastFetched === undefined) throw error;
      return createLocalJWKSet(lastFetched)(header, token);
    }
  };
}
