import { createHash } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import Router from '@koa/router';
import type { Log } from '@callstream/runtime';
import Koa from 'koa';
import type { Context } from 'koa';
import type { Authentication } from '../access/authentication.ts';
import type { ReportRefusedClient } from '../access/report-refusal.ts';
import type { ExportSlots } from '../export/export-slots.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { NamesFile } from '../names/names-file.ts';
import type { CountingRules } from '../numbers/queue-snapshot.ts';
import type { ViewCache } from '../numbers/view-cache.ts';
import type { PastBoards } from '../past/past-boards.ts';
import type { UnsentBudget } from '../outbox/unsent-budget.ts';
import type { CallQueries } from '../queries/call-queries.ts';
import type { FairPool } from '../scheduling/fair-pool.ts';
import type { Requester } from '../scheduling/requester.ts';
import { asyncApi } from './asyncapi.ts';
import { authenticate } from './authenticate.ts';
import type { ApiState } from './authenticate.ts';
import { getBoard } from './board.ts';
import { findCalls, getCall, getEvents } from './calls.ts';
import { allowOrigins, refuseForeignHosts } from './cors.ts';
import { errorHandler } from './error-handler.ts';
import { createExportRoutes } from './export.ts';
import {
  getAgents,
  getAgentStats,
  getConcurrentCalls,
  getDelegationStats,
  getNames,
  getQueues,
  getStats,
} from './numbers.ts';
import { openApi } from './openapi.ts';
import { Rejected } from './problem.ts';
import { requesterOf } from './routes.ts';
import type { ApiRequest, NumberRoute, QueryRoute } from './routes.ts';
import { trackUnsent } from './track-unsent.ts';
import { getUnknownTypes } from './unknown-types.ts';

export interface ApiOptions {
  readonly pool: Pick<FairPool, 'scoped' | 'singleFlight'>;
  readonly exportSlots: ExportSlots;
  readonly topic: string;
  readonly queries: Pick<CallQueries, 'listCallEvents'>;
  readonly unsent: UnsentBudget;
  readonly rules: CountingRules;
  readonly views: ViewCache;
  readonly past: PastBoards;
  readonly names: Pick<NamesFile, 'current'>;
  readonly authentication: Authentication;
  /** Host names of pages that may send requests (GATEWAY_ORIGINS). */
  readonly origins: readonly string[];
  /** The client's address, also behind trusted proxies. */
  readonly addressOf: (request: IncomingMessage) => string;
  readonly reportRefusal: ReportRefusedClient;
  readonly metrics: Pick<GatewayMetrics, 'timed' | 'failures'>;
  readonly log: Log;
}

/** Codes of errors which mean that the client closed the connection. */
const closedByClient = new Set<string | undefined>(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE']);

/** The HTTP API: lists, calls, numbers and statistics, by the same tokens and scopes as the socket. */
export function createApi(options: ApiOptions): Koa {
  const { authentication, origins, addressOf, unsent, reportRefusal, metrics, log } = options;
  const app = new Koa();
  app.use(trackUnsent(unsent));
  app.use(errorHandler({ addressOf, reportRefusal, metrics, log }));
  if (authentication.isOpen) app.use(refuseForeignHosts(origins));
  app.use(allowOrigins(origins));
  app.use(async (ctx, next) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') throw new Rejected({ kind: 'method' });
    await next();
  });
  app.use(createRouter(options).routes());
  app.use(() => {
    throw new Rejected({ kind: 'not-found' });
  });
  app.on('error', (error: NodeJS.ErrnoException) => {
    if (!closedByClient.has(error.code)) log.error({ error: error.stack }, 'api.broken');
  });
  return app;
}

function createRouter(options: ApiOptions): Router<ApiState> {
  const { pool, queries, rules, views, past, names, authentication, metrics } = options;
  const router = new Router<ApiState>();
  const describe = (path: string, description: object): void => {
    const body = Buffer.from(JSON.stringify(description));
    const etag = createHash('sha256').update(body).digest('base64url').slice(0, 22);
    router.get(path, (ctx) => answerUnlessCached(ctx, body, etag));
  };
  const answerWith = (path: string, answer: (requester: Requester, request: ApiRequest) => Promise<Buffer>): void => {
    router.get(path, authenticate(authentication.verify), async (ctx) => {
      const requester = requesterOf(ctx.req, ctx.state.address);
      const request = { params: ctx.params, query: ctx.query, scope: ctx.state.scope };
      const body = await metrics.timed(`GET ${path}`, answer(requester, request));
      ctx.type = 'application/json';
      ctx.body = body;
    });
  };
  const answerWithQuery = (path: string, route: QueryRoute): void => {
    const query = pool.singleFlight(async (tables, request: ApiRequest) => {
      const answer = await route(request)(tables);
      return answer instanceof Rejected ? answer : Buffer.from(JSON.stringify(answer));
    });
    answerWith(path, async (requester, request) => {
      // Rejects a malformed request before it waits for its turn.
      route(request);
      const answer = await query(requester, request);
      if (answer instanceof Rejected) throw answer;
      return answer;
    });
  };
  const answerWithView = (path: string, route: NumberRoute): void =>
    answerWith(path, async (requester, request) => (await views.readRecent(requester, route(request))).bytes);

  describe('/api/openapi.json', openApi({ isOpen: authentication.isOpen }));
  describe('/api/asyncapi.json', asyncApi());
  answerWithQuery('/api/calls', findCalls({ timeZone: rules.timeZone, names }));
  answerWithQuery('/api/calls/:call_id', getCall({ names }));
  answerWith('/api/calls/:call_id/events', getEvents(queries));
  answerWith('/api/board', getBoard(past));
  answerWithView('/api/queues', getQueues);
  answerWithView('/api/agents', getAgents);
  answerWithView('/api/names', getNames);
  answerWithQuery('/api/stats', getStats(rules, names));
  answerWithQuery('/api/stats/agents', getAgentStats(rules, names));
  answerWithQuery('/api/stats/delegations', getDelegationStats(rules));
  answerWithQuery('/api/concurrent-calls', getConcurrentCalls(rules));
  answerWithQuery('/api/unknown-types', getUnknownTypes);
  for (const [name, handle] of createExportRoutes({ ...options, slots: options.exportSlots }))
    router.get(`/api/export/${name}`, authenticate(authentication.verify), handle);
  return router;
}

/** Passes requests for `/api` to the API, and all others to `otherwise`. */
export function serveApi(api: Koa, otherwise: RequestListener): RequestListener {
  const callback = api.callback();
  return (request, response) => {
    if (/^\/api(?:[/?]|$)/.test(request.url ?? '')) void callback(request, response);
    else otherwise(request, response);
  };
}

/** A description is the same as long as the process runs: a client that has it gets 304. */
function answerUnlessCached(ctx: Context, body: Buffer, etag: string): void {
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
