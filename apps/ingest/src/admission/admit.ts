import type { Middleware } from 'koa';
import { WebhookRejected } from '../problem.ts';
import type { RateLimits } from './rate-limits.ts';
import type { SenderAddresses } from './sender-addresses.ts';

/** State of every request in koa. */
export interface RequestState {
  /** Address of the sender, or `unknownAddress`. */
  address: string;
}

export interface AdmitOptions {
  readonly senders: SenderAddresses;
  readonly rateLimits: RateLimits;
}

/** Refuses addresses that are not allowed or have reached a rate limit, and counts refusals by any later middleware. */
export const admit =
  ({ senders, rateLimits }: AdmitOptions): Middleware<RequestState> =>
  async (ctx, next) => {
    const { address } = ctx.state;
    if (!senders.isAllowed(address)) throw new WebhookRejected({ kind: 'forbidden' });
    const verdict = rateLimits.admit(address);
    // Without a promise there is no turn of the event loop.
    const retryAfterSeconds = verdict instanceof Promise ? await verdict : verdict;
    if (retryAfterSeconds !== null) throw new WebhookRejected({ kind: 'limited', retryAfterSeconds });
    try {
      await next();
    } catch (error) {
      if (error instanceof WebhookRejected && error.rejection.kind !== 'unavailable') rateLimits.countRefusal(address);
      throw error;
    }
  };
