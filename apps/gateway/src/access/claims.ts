import type { JWTPayload } from 'jose';
import { z } from 'zod';
import type { Scope } from './scope.ts';

/** Most queues that a token may name: it travels with every request. */
const queuesMax = 500;

/**
 * What a token says of what may be seen. `queues`: their names, or `"*"` for all; a token that says nothing of queues is
 * refused, rather than taken for one that may see all. `numbers`: `"full"`, or `"masked"` as without it.
 */
const Claims = z.object({
  queues: z.union([z.literal('*'), z.array(z.string().min(1).max(512)).max(queuesMax)]),
  numbers: z.enum(['full', 'masked']).default('masked'),
});

/** The scope that the claims of a token give; null if they give none. */
export function scopeOf(payload: JWTPayload): Scope | null {
  const claims = Claims.safeParse(payload);
  if (!claims.success) return null;
  const { queues, numbers } = claims.data;
  return { queues: queues === '*' ? null : queues, masked: numbers === 'masked' };
}
