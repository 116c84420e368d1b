import type { Middleware } from 'koa';
import type { UnsentBudget } from '../outbox/unsent-budget.ts';

/** A connection is closed when the client reads nothing of an answer for this long, in ms. */
const stalledMsMax = 60_000;

/** Counts the bytes of each answer in the budget of unsent bytes until the client has read it, or its connection is closed. */
export const trackUnsent =
  (unsent: UnsentBudget): Middleware =>
  async ({ response, res }, next) => {
    await next();
    const body: unknown = response.body;
    // After `close` no other event would release the share.
    if (!Buffer.isBuffer(body) || res.destroyed) return;
    const destroy = (): void => void res.destroy();
    const share = unsent.open({ close: destroy, terminate: destroy });
    res.once('close', () => share.gone());
    res.setTimeout(stalledMsMax, destroy);
    share.add(body);
  };
