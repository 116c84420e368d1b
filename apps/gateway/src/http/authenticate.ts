import type { Middleware } from 'koa';
import { bearerOf } from '../access/bearer-token.ts';
import type { Scope } from '../access/scope.ts';
import type { Verify } from '../access/verify.ts';
import { Rejected } from './problem.ts';

/** State of a request, set by the middleware. */
export interface ApiState {
  /** The client's address; set by the error handler. */
  address: string;
  /** What the client may see; set by {@link authenticate}. */
  scope: Scope;
}

/** Middleware that checks the bearer token, and sets `ctx.state.scope`. */
export const authenticate = (verify: Verify): Middleware<ApiState> => {
  return async (ctx, next) => {
    const result = await verify(bearerOf(ctx.headers));
    if ('refusal' in result) {
      const { refusal, problem, detail } = result;
      if (refusal === 'unavailable' || refusal === 'internal') throw new Rejected({ kind: refusal });
      throw new Rejected({
        kind: 'unauthenticated',
        error: refusal === 'missing' ? null : 'invalid_token',
        ...(detail !== undefined && { problem: detail }),
        ...(problem !== undefined && { reason: problem }),
      });
    }
    ctx.state.scope = result.access.scope;
    await next();
  };
};
