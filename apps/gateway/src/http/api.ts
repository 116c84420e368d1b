import { createHash } from 'node:crypto';
import type { RequestListener } from 'node:http';
import Router from '@koa/router';
import type { Log } from '@callstream/runtime';
import type { Tables } from '@callstream/tables';
import Koa from 'koa';
import type { Context } from 'koa';
import type { Authentication } from '../access/authentication.ts';
import type { Metrics } from '../metrics.ts';
import type { Rules } from '../numbers/floor.ts';
import type { Floors } from '../numbers/floors.ts';
import { asyncApi } from './asyncapi.ts';
import { authenticate } from './bearer.ts';
import type { Seen } from './bearer.ts';
import { findCalls, getCall, getEvents } from './calls.ts';
import { answerFailures } from './edge.ts';
import { getAgents, getQueues, getStats } from './numbers.ts';
import { openApi } from './openapi.ts';
import { letPagesIn, refuseForeignHosts } from './pages.ts';
import { Rejected } from './problem.ts';
import type { Route } from './routes.ts';

export interface ApiOptions {
  readonly db: Tables;
  readonly topic: string;
  readonly rules: Rules;
  readonly floors: Floors;
  readonly authentication: Authentication;
  readonly origins: readonly string[];
  readonly metrics: Pick<Metrics, 'timed' | 'failures'>;
  readonly log: Log;
}

/** What is not live, over HTTP: the questions of the socket and some more, by the same scopes. */
export function createApi({ authentication, origins, metrics, log, ...options }: ApiOptions): Koa {
  const { db, topic, rules, floors } = options;
  const router = new Router<Seen>();
  const described = (path: string, description: object): void => {
    const body = JSON.stringify(description);
    const etag = createHash('sha256').update(body).digest('base64url').slice(0, 22);
    router.get(path, (ctx) => answerUnlessKnown(ctx, body, etag));
  };
  const route = (path: string, answer: Route): void => {
    router.get(path, authenticate(authentication.verify), async (ctx) => {
      const question = { params: ctx.params, query: ctx.query, scope: ctx.state.scope };
      ctx.body = await metrics.timed(`GET ${path}`, answer(question));
    });
  };
  const calls = { db, topic, timeZone: rules.timeZone };
  described('/api/openapi.json', openApi({ isOpen: authentication.isOpen }));
  described('/api/asyncapi.json', asyncApi());
  route('/api/calls', findCalls(calls));
  route('/api/calls/:call_id', getCall(calls));
  route('/api/calls/:call_id/events', getEvents(calls));
  route('/api/queues', getQueues(floors));
  route('/api/agents', getAgents(floors));
  route('/api/stats', getStats({ db, rules }));

  const app = new Koa();
  app.use(answerFailures({ metrics, log }));
  if (authentication.isOpen) app.use(refuseForeignHosts(origins));
  app.use(letPagesIn(origins));
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
function answerUnlessKnown(ctx: Context, body: string, etag: string): void {
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
