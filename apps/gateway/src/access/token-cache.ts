import { createHash } from 'node:crypto';
import type { GrantedAccess, VerifyResult, Verify } from './verify.ts';

/** How long a token that was taken is not checked again, in ms: a key that was withdrawn counts for so long. */
const cachedMs = 10_000;
/** Most tokens that are remembered: each may name hundreds of queues. */
const tokensMax = 1_000;

/**
 * Checks a token once, and not with every request and message that shows it again: a signature costs as much as hundreds of
 * messages. Only what was taken is remembered, so nobody fills the memory without a key; an expired token is refused at once.
 * @param now ms since 1970
 */
export function cacheTokens(verify: Verify, now: () => number = Date.now): Verify {
  const taken = new Map<string, { readonly access: GrantedAccess; readonly at: number }>();
  const checking = new Map<string, Promise<VerifyResult>>();
  const check = async (hash: string, token: string): Promise<VerifyResult> => {
    const verified = await verify(token).finally(() => checking.delete(hash));
    taken.delete(hash);
    if ('refusal' in verified) return verified;
    taken.set(hash, { access: verified.access, at: now() });
    const [oldest] = taken.keys();
    if (taken.size > tokensMax && oldest !== undefined) taken.delete(oldest);
    return verified;
  };
  return async (token) => {
    if (token === undefined) return verify(token);
    const hash = createHash('sha256').update(token).digest('base64');
    const known = taken.get(hash);
    if (known && now() - known.at < cachedMs && now() < (known.access.expiresAt ?? Infinity))
      return { access: known.access };
    // All who show it at the same time, as after a restart, wait for one check.
    const running = checking.get(hash) ?? check(hash, token);
    checking.set(hash, running);
    return running;
  };
}
