import type { Middleware } from 'koa';
import type { RateLimits } from './rate-limits.ts';
import { WebhookRejected } from '../problem.ts';
import type { Sources } from './source.ts';

/** What is known of every request. */
export interface RequestState {
  /** Address of the sender, or that it is unknown. */
  source: string;
}

export interface AdmitOptions {
  readonly sources: Sources;
  readonly limits: RateLimits;
}

/** Whom we talk to at all: known addresses, as often as they may. */
export const admit =
  ({ sources, limits }: AdmitOptions): Middleware<RequestState> =>
  async (ctx, next) => {
    const address = ctx.state.source;
    if (!sources.isAllowed(address)) throw new WebhookRejected({ kind: 'forbidden' });
    const retryAfterSeconds = limits.admit(address);
    if (retryAfterSeconds !== null) throw new WebhookRejected({ kind: 'limited', retryAfterSeconds });
    try {
      await next();
    } catch (error) {
      if (error instanceof WebhookRejected && error.rejection.kind !== 'unavailable') limits.refused(address);
      throw error;
    }
  };
