import type { Middleware } from 'koa';
import type { UnsentBudget } from '../outbox/unsent-budget.ts';

/** An answer of which nothing is taken for so long is given up, in ms. */
const stalledMsMax = 60_000;

/** Counts answers as waiting to be sent until whoever asked has taken them, or is cut off. */
export const trackUnsent =
  (unsent: UnsentBudget): Middleware =>
  async ({ response, res }, next) => {
    await next();
    const body: unknown = response.body;
    // Who has hung up is not told of again.
    if (!Buffer.isBuffer(body) || res.destroyed) return;
    const cutOff = (): void => void res.destroy();
    const holdings = unsent.open({ close: cutOff, cutOff });
    res.once('close', () => holdings.gone());
    res.setTimeout(stalledMsMax, cutOff);
    holdings.add(body);
  };
