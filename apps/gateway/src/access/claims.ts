import type { JWTPayload } from 'jose';
import { z } from 'zod';
import { problemsOf } from '../queries/schema-problems.ts';
import { Scope } from './scope.ts';

/** Most queues in a token: it is sent with every request. */
const queuesMax = 500;
/** Longest name of a queue, in characters. */
const queueCharsMax = 512;

const queueLength = `each must have 1 to ${queueCharsMax} characters`;

/**
 * Claims of a token. `queues`: names, or `"*"` for all; a token without this claim is refused, so that it does not give
 * access to all queues by mistake. `numbers`: `"full"` or `"masked"` (default). `recordings`: with masked
 * numbers, whether addresses of recordings are shown.
 */
const Claims = z.object({
  queues: z
    .union(
      [z.literal('*'), z.array(z.string().min(1, queueLength).max(queueCharsMax, queueLength))],
      'must be a list of strings, or "*"',
    )
    .refine((queues) => queues.length <= queuesMax, `must be at most ${queuesMax}`),
  numbers: z.enum(['full', 'masked'], 'must be "full" or "masked"').default('masked'),
  recordings: z.boolean('must be true or false').default(false),
});

/** The scope in the claims of a token, or which claims are missing or malformed, without their text. */
export function scopeOf(payload: JWTPayload): { readonly scope: Scope } | { readonly problem: string } {
  const claims = Claims.safeParse(payload);
  if (!claims.success) return { problem: `Claims of the token: ${firstProblemOf(claims.error)}.` };
  const { queues, numbers, recordings } = claims.data;
  return { scope: new Scope({ queues: queues === '*' ? null : queues, masked: numbers === 'masked', recordings }) };
}

/** One problem only: it has to fit in the reason of a close frame. */
const firstProblemOf = ({ issues }: z.ZodError): string => problemsOf(new z.ZodError(issues.slice(0, 1)));
