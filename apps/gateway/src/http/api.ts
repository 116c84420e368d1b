import { createHash } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import Router from '@koa/router';
import type { Log } from '@callstream/runtime';
import Koa from 'koa';
import type { Context } from 'koa';
import type { Authentication } from '../access/authentication.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { FairPool } from '../scheduling/fair-pool.ts';
import type { CountingRules } from '../numbers/queue-snapshot.ts';
import type { ViewCache } from '../numbers/view-cache.ts';
import type { Requester } from '../scheduling/requester.ts';
import type { CallQueries } from '../queries/call-queries.ts';
import type { UnsentBudget } from '../outbox/unsent-budget.ts';
import { asyncApi } from './asyncapi.ts';
import { authenticate } from './authenticate.ts';
import type { ApiState } from './authenticate.ts';
import { findCalls, getCall, getEvents } from './calls.ts';
import { errorHandler } from './error-handler.ts';
import { trackUnsent } from './track-unsent.ts';
import { getAgents, getQueues, getStats } from './numbers.ts';
import { openApi } from './openapi.ts';
import { allowOrigins, refuseForeignHosts } from './cors.ts';
import { Rejected } from './problem.ts';
import { askerOf } from './routes.ts';
import type { NumberRoute, ApiRequest, QueryRoute } from './routes.ts';

export interface ApiOptions {
  readonly pool: FairPool;
  readonly queries: Pick<CallQueries, 'listCallEvents'>;
  readonly unsent: UnsentBudget;
  readonly rules: CountingRules;
  readonly numbers: ViewCache;
  readonly authentication: Authentication;
  readonly origins: readonly string[];
  /** Where a client is, behind proxies too. */
  readonly addressOf: (request: IncomingMessage) => string;
  readonly metrics: Pick<GatewayMetrics, 'timed' | 'failures'>;
  readonly log: Log;
}

/** What is not live, over HTTP: the questions of the socket and some more, by the same scopes. */
export function createApi({ authentication, origins, addressOf, unsent, metrics, log, ...options }: ApiOptions): Koa {
  const { pool, queries, rules, numbers } = options;
  const router = new Router<ApiState>();
  const described = (path: string, description: object): void => {
    const body = Buffer.from(JSON.stringify(description));
    const etag = createHash('sha256').update(body).digest('base64url').slice(0, 22);
    router.get(path, (ctx) => answerUnlessKnown(ctx, body, etag));
  };
  const answered = (path: string, answer: (asker: Requester, question: ApiRequest) => Promise<Buffer>): void => {
    router.get(path, authenticate(authentication.verify), async (ctx) => {
      const asker = askerOf(ctx.req, ctx.state.address);
      const question = { params: ctx.params, query: ctx.query, scope: ctx.state.scope };
      const body = await metrics.timed(`GET ${path}`, answer(asker, question));
      ctx.type = 'application/json';
      ctx.body = body;
    });
  };
  const route = (path: string, read: QueryRoute): void => {
    const textOf = pool.shared(async (db, question: ApiRequest) => {
      const answer = await read(question)(db);
      return answer instanceof Rejected ? answer : Buffer.from(JSON.stringify(answer));
    });
    answered(path, async (asker, question) => {
      // What cannot be understood is refused before it waits.
      read(question);
      const text = await textOf(asker, question);
      if (text instanceof Rejected) throw text;
      return text;
    });
  };
  const numberRoute = (path: string, view: NumberRoute): void =>
    answered(path, async (asker, question) => (await numbers.read(asker, view(question))).bytes);
  const calls = { timeZone: rules.timeZone };
  described('/api/openapi.json', openApi({ isOpen: authentication.isOpen }));
  described('/api/asyncapi.json', asyncApi());
  route('/api/calls', findCalls(calls));
  route('/api/calls/:call_id', getCall);
  answered('/api/calls/:call_id/events', getEvents(queries));
  numberRoute('/api/queues', getQueues);
  numberRoute('/api/agents', getAgents);
  route('/api/stats', getStats(rules));

  const app = new Koa();
  app.use(trackUnsent(unsent));
  app.use(errorHandler({ addressOf, metrics, log }));
  if (authentication.isOpen) app.use(refuseForeignHosts(origins));
  app.use(allowOrigins(origins));
  app.use(async (ctx, next) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') throw new Rejected({ kind: 'method' });
    await next();
  });
  app.use(router.routes());
  app.use(() => {
    throw new Rejected({ kind: 'not-found' });
  });
  // Who hangs up is no error of ours.
  app.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') log.error({ error: error.stack }, 'api.broken');
  });
  return app;
}

/** Has what begins with /api answered by the API, and anything else by `otherwise`. */
export function serveApi(api: Koa, otherwise: RequestListener): RequestListener {
  const callback = api.callback();
  return (request, response) => {
    if (/^\/api(?:[/?]|$)/.test(request.url ?? '')) void callback(request, response);
    else otherwise(request, response);
  };
}

/** A description changes only with the program: who has it need not get it again. */
function answerUnlessKnown(ctx: Context, body: Buffer, etag: string): void {
  ctx.status = 200;
  ctx.etag = etag;
  ctx.set('cache-control', 'no-cache');
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }
  ctx.type = 'application/json';
  ctx.body = body;
}
