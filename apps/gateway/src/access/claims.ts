import type { JWTPayload } from 'jose';
import { z } from 'zod';
import { Scope } from './scope.ts';

/** Most queues in a token: it is sent with every request. */
const queuesMax = 500;

/**
 * Claims of a token. `queues`: names, or `"*"` for all; a token without this claim is refused, so that it does not give
 * access to all queues by mistake. `numbers`: `"full"` or `"masked"` (default).
 */
const Claims = z.object({
  queues: z.union([z.literal('*'), z.array(z.string().min(1).max(512)).max(queuesMax)]),
  numbers: z.enum(['full', 'masked']).default('masked'),
});

/** The scope in the claims of a token; null if they are missing or malformed. */
export function scopeOf(payload: JWTPayload): Scope | null {
  const claims = Claims.safeParse(payload);
  if (!claims.success) return null;
  const { queues, numbers } = claims.data;
  return new Scope({ queues: queues === '*' ? null : queues, masked: numbers === 'masked' });
}
