import { createHash } from 'node:crypto';
import pMemoize from 'p-memoize';
import type { GrantedAccess, Verify, VerifyResult } from './verify.ts';

/** How long an accepted token is not checked again, in ms: a revoked key is still accepted for this long. */
const cachedMs = 10_000;
/** Most tokens in the cache: each may name hundreds of queues. */
const tokensMax = 1_000;

/**
 * Caches the result of `verify` for accepted tokens: one check of a signature costs as much as hundreds of messages. Refused
 * tokens are not cached, so nobody fills the memory without a key. An expired token is refused at once, and concurrent checks
 * of the same token share one (single-flight).
 * @param now ms since 1970
 */
export function cacheTokens(verify: Verify, now: () => number = Date.now): Verify {
  const accepted = new Map<string, { readonly access: GrantedAccess; readonly at: number }>();
  const verifyAndCache = async (hash: string, token: string): Promise<VerifyResult> => {
    const result = await verify(token);
    accepted.delete(hash);
    if ('refusal' in result) return result;
    accepted.set(hash, { access: result.access, at: now() });
    const [oldest] = accepted.keys();
    if (accepted.size > tokensMax && oldest !== undefined) accepted.delete(oldest);
    return result;
  };
  const check = pMemoize(verifyAndCache, { cache: false });
  return async (token) => {
    if (token === undefined) return verify(token);
    const hash = createHash('sha256').update(token).digest('base64');
    const cached = accepted.get(hash);
    if (cached && now() - cached.at < cachedMs && now() < (cached.access.expiresAt ?? Infinity))
      return { access: cached.access };
    return check(hash, token);
  };
}
