import type { IncomingMessage } from 'node:http';
import { errorText, isProgrammingError, printableJson } from '@callstream/resilience';
import type { Log } from '@callstream/runtime';
import { isStatementTimeout } from '@callstream/tables';
import type { Middleware } from 'koa';
import type { ReportRefusedClient } from '../access/report-refusal.ts';
import { AddressCounts } from '../scheduling/address-counts.ts';
import { NotServed } from '../scheduling/not-served.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { ApiState } from './authenticate.ts';
import { answerOf, Rejected, reportOf } from './problem.ts';
import type { Rejection } from './problem.ts';

/** Most requests at the same time, waiting ones included: bounds the memory that they take. */
const requestsMax = 2_000;
/** Most requests of one address at the same time. */
const requestsPerAddressMax = 500;

interface ErrorHandlerOptions {
  /** The client's address, also behind trusted proxies. */
  readonly addressOf: (request: IncomingMessage) => string;
  readonly reportRefusal: ReportRefusedClient;
  readonly metrics: Pick<GatewayMetrics, 'failures'>;
  readonly log: Log;
}

/**
 * Outermost middleware of the API: limits concurrent requests, turns errors into problems (RFC 9457), and logs each answer.
 * Answers have personal data, so no cache may store them.
 */
export function errorHandler(options: ErrorHandlerOptions): Middleware<Pick<ApiState, 'address'>> {
  const perAddress = new AddressCounts();
  let running = 0;
  return async (ctx, next) => {
    const startedAt = performance.now();
    ctx.set({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    const address = options.addressOf(ctx.req);
    ctx.state.address = address;
    running++;
    perAddress.add(address);
    try {
      if (perAddress.of(address) > requestsPerAddressMax) throw new Rejected({ kind: 'too-many' });
      if (running > requestsMax) throw new Rejected({ kind: 'busy' });
      await next();
    } catch (error) {
      const rejection = rejectionOf(error, options);
      const report = reportOf(rejection);
      if (report) options.reportRefusal({ ...report, address });
      const { status, headers, problem } = answerOf(rejection);
      ctx.status = status;
      ctx.set(headers);
      ctx.body = printableJson(JSON.stringify(problem));
      ctx.type = 'application/problem+json';
    } finally {
      running--;
      perAddress.remove(address);
      // The route and not the path, which may have a phone number in it.
      const route = (ctx as { _matchedRoute?: unknown })._matchedRoute;
      options.log.debug(
        { route, status: ctx.status, duration_ms: Math.round(performance.now() - startedAt) },
        'api.answered',
      );
    }
  };
}

function rejectionOf(error: unknown, { metrics, log }: ErrorHandlerOptions): Rejection {
  if (error instanceof Rejected) return error.rejection;
  if (error instanceof NotServed) return { kind: error.reason === 'replaced' ? 'too-many' : 'busy' };
  metrics.failures.inc({ asked_over: 'http' });
  log.warn({ error: errorText(error) }, 'api.failed');
  if (isProgrammingError(error)) return { kind: 'internal' };
  return { kind: isStatementTimeout(error) ? 'slow' : 'unavailable' };
}
