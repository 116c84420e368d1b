import Router from '@koa/router';
import { printableJson } from '@callstream/resilience';
import type { Log } from '@callstream/runtime';
import Koa from 'koa';
import type { Middleware } from 'koa';
import { admit } from '../admission/admit.ts';
import type { AdmitOptions, RequestState } from '../admission/admit.ts';
import { answerCors, refuseCrossSite, refuseForeignHosts } from '../admission/cross-origin.ts';
import { answerOf, WebhookRejected } from '../problem.ts';
import type { SourceEdge } from '../sources/edge.ts';
import { openApi } from './openapi.ts';
import { postWebhook } from './post-webhook.ts';
import type { WebhookOptions } from './post-webhook.ts';
import type { ReportRefusal } from './report-refusal.ts';

export interface AppOptions {
  /** Where events are posted to. */
  readonly edges: readonly SourceEdge[];
  readonly webhook: Omit<WebhookOptions, 'edge'>;
  readonly admission: AdmitOptions;
  /** INGEST_CORS_ORIGINS: origins of web pages that may send, with or without a secret. */
  readonly origins: readonly string[];
  /** INGEST_HOSTS: names of this server for senders without a secret. */
  readonly hosts: readonly string[];
  readonly reportRefusal: ReportRefusal;
  readonly log: Log;
}

export function createApp(options: AppOptions): Koa<RequestState> {
  const { edges, webhook, admission, origins, hosts, reportRefusal, log } = options;
  const app = new Koa<RequestState>();
  const router = new Router<RequestState>();
  const description = JSON.stringify(openApi(edges));
  for (const edge of edges) {
    const paths = pathsOf(edge);
    if (edge.authentication.isOpen) router.post(paths, refuseCrossSite(origins));
    router.post(paths, postWebhook({ ...webhook, edge }));
    router.all(paths, () => {
      throw new WebhookRejected({ kind: 'method' });
    });
  }
  router.get('/openapi.json', (ctx) => {
    ctx.type = 'application/json';
    ctx.body = description;
  });
  app.use(answerRejections({ reportRefusal, addressOf: admission.senders.addressOf }));
  app.use(answerCors(origins));
  app.use(admit(admission));
  if (edges.some(({ authentication }) => authentication.isOpen)) app.use(refuseForeignHosts(hosts));
  app.use(router.routes());
  app.use(() => {
    throw new WebhookRejected({ kind: 'not-found' });
  });
  app.on('error', (error: NodeJS.ErrnoException) => {
    // A sender that closes the connection is not an error of ingest.
    if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') log.error({ error: error.stack }, 'request.failed');
  });
  return app;
}

/** As patterns of the router; see `PathParameters`. */
const pathsOf = ({ path, hasNames, authentication: { hasPathSecret } }: SourceEdge): string[] => {
  if (!hasNames) return [path, ...(hasPathSecret ? [`${path}/:secret`] : [])];
  return [path, `${path}/:nameOrSecret`, ...(hasPathSecret ? [`${path}/:name/:secret`] : [])];
};

interface AnswerRejectionsOptions extends Pick<AdmitOptions['senders'], 'addressOf'> {
  readonly reportRefusal: ReportRefusal;
}

/** Turns a rejection into an answer. Any other error is a bug, and becomes a 500 and `request.failed`. */
function answerRejections({ reportRefusal, addressOf }: AnswerRejectionsOptions): Middleware<RequestState> {
  return async (ctx, next) => {
    ctx.state.address = addressOf(ctx.req);
    try {
      await next();
    } catch (error) {
      if (!(error instanceof WebhookRejected)) throw error;
      const { status, headers, problem } = answerOf(error.rejection);
      // Not writable: the sender has closed the connection, or Node's parser has answered and reported already.
      if (ctx.writable) reportRefusal(error.rejection, { status, address: ctx.state.address });
      ctx.status = status;
      ctx.set(headers);
      ctx.body = printableJson(JSON.stringify(problem));
      ctx.type = 'application/problem+json';
    }
  };
}
