import type { IncomingMessage } from 'node:http';
import type { Log } from '@callstream/runtime';
import { isStatementTimeout } from '@callstream/tables';
import type { Middleware } from 'koa';
import { AddressCounts } from '../scheduling/address-counts.ts';
import { NotServed } from '../scheduling/not-served.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { ApiState } from './authenticate.ts';
import { problemResponse, Rejected } from './problem.ts';
import type { Rejection } from './problem.ts';

/** Most requests that are answered at the same time. Each has its turn; this bounds what waits, in memory. */
const requestsMax = 2_000;
/** The same of one address. */
const requestsPerAddressMax = 500;

interface ErrorHandlerOptions {
  /** Where a client is, behind proxies too. */
  readonly addressOf: (request: IncomingMessage) => string;
  readonly metrics: Pick<GatewayMetrics, 'failures'>;
  readonly log: Log;
}

/** The edge at which a failure becomes an answer. Personal data: no answer is kept by anybody on its way. */
export function errorHandler(failing: ErrorHandlerOptions): Middleware<Pick<ApiState, 'address'>> {
  const perAddress = new AddressCounts();
  let running = 0;
  return async (ctx, next) => {
    const began = performance.now();
    ctx.set({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    const address = failing.addressOf(ctx.req);
    ctx.state.address = address;
    running++;
    perAddress.add(address);
    try {
      if (perAddress.of(address) > requestsPerAddressMax) throw new Rejected({ kind: 'too-many' });
      if (running > requestsMax) throw new Rejected({ kind: 'busy' });
      await next();
    } catch (error) {
      const { headers, problem } = problemResponse(rejectionOf(error, failing));
      ctx.status = problem.status;
      ctx.set(headers);
      ctx.body = JSON.stringify(problem);
      ctx.type = 'application/problem+json';
    } finally {
      running--;
      perAddress.remove(address);
      // Not the address: it may have a number in it.
      const route = (ctx as { _matchedRoute?: unknown })._matchedRoute;
      failing.log.debug(
        { route, status: ctx.status, duration_ms: Math.round(performance.now() - began) },
        'api.answered',
      );
    }
  };
}

function rejectionOf(error: unknown, { metrics, log }: ErrorHandlerOptions): Rejection {
  if (error instanceof Rejected) return error.rejection;
  if (error instanceof NotServed) return { kind: error.reason === 'replaced' ? 'too-many' : 'busy' };
  metrics.failures.inc({ asked_over: 'http' });
  log.warn({ error: String(error) }, 'api.failed');
  return { kind: isStatementTimeout(error) ? 'slow' : 'unavailable' };
}
