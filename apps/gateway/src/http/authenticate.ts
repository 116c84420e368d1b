import type { Middleware } from 'koa';
import { bearerOf } from '../access/bearer-token.ts';
import type { Scope } from '../access/scope.ts';
import type { Verify } from '../access/verify.ts';
import { Rejected } from './problem.ts';

export interface ApiState {
  /** Where the sender is, as the edge has read it. */
  address: string;
  /** What the sender may see. */
  scope: Scope;
}

/** Tells the routes behind it what the sender may see. */
export const authenticate = (verify: Verify): Middleware<ApiState> => {
  return async (ctx, next) => {
    const verified = await verify(bearerOf(ctx.headers));
    if ('refusal' in verified) {
      const { refusal } = verified;
      if (refusal === 'unavailable') throw new Rejected({ kind: 'unavailable' });
      throw new Rejected({ kind: 'unauthenticated', error: refusal === 'missing' ? null : 'invalid_token' });
    }
    ctx.state.scope = verified.access.scope;
    await next();
  };
};
