import type { Middleware } from 'koa';
import type { Limits } from './limits.ts';
import { Rejected } from './problem.ts';
import type { Sources } from './source.ts';

export interface Admission {
  readonly sources: Sources;
  readonly limits: Limits;
}

/** Whom we talk to at all: known addresses, as often as they may. */
export const admit =
  ({ sources, limits }: Admission): Middleware =>
  async (ctx, next) => {
    const address = sources.addressOf(ctx.req);
    if (!sources.isAllowed(address)) throw new Rejected({ kind: 'forbidden' });
    const retryAfterSeconds = limits.admit(address);
    if (retryAfterSeconds !== null) throw new Rejected({ kind: 'limited', retryAfterSeconds });
    try {
      await next();
    } catch (error) {
      if (error instanceof Rejected && error.rejection.kind !== 'unavailable') limits.refused(address);
      throw error;
    }
  };
