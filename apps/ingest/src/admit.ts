import type { Middleware } from 'koa';
import type { Limits } from './limits.ts';
import { Rejected } from './problem.ts';
import type { Sources } from './source.ts';

/** What is known of every request. */
export interface Received {
  /** Address of the sender, or that it is unknown. */
  source: string;
}

export interface Admission {
  readonly sources: Sources;
  readonly limits: Limits;
}

/** Whom we talk to at all: known addresses, as often as they may. */
export const admit =
  ({ sources, limits }: Admission): Middleware<Received> =>
  async (ctx, next) => {
    const address = ctx.state.source;
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
