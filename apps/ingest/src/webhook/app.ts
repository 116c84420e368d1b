import Router from '@koa/router';
import type { Log } from '@callstream/runtime';
import Koa from 'koa';
import type { Middleware } from 'koa';
import { admit } from '../admission/admit.ts';
import type { AdmitOptions, RequestState } from '../admission/admit.ts';
import type { SenderAuthentication } from '../admission/credentials.ts';
import { openApi } from './openapi.ts';
import { answerCors, refuseForeignHosts, refuseCrossSite } from '../admission/cross-origin.ts';
import { answerOf, WebhookRejected } from '../problem.ts';
import type { ReportRefusal } from './report-refusal.ts';
import { postWebhook } from './post-webhook.ts';
import type { WebhookOptions } from './post-webhook.ts';

export interface AppOptions {
  readonly webhook: WebhookOptions;
  readonly authentication: SenderAuthentication;
  readonly admission: AdmitOptions;
  /** Origins of web pages that may send, where no secret is asked for too. */
  readonly origins: readonly string[];
  /** Names under which we are reached, where no secret is asked for. */
  readonly hosts: readonly string[];
  readonly refused: ReportRefusal;
  readonly log: Log;
}

export function createApp(options: AppOptions): Koa<RequestState> {
  const { webhook, authentication, admission, origins, hosts, refused, log } = options;
  const app = new Koa<RequestState>();
  const router = new Router<RequestState>();
  const description = JSON.stringify(openApi(authentication));
  const paths = ['/webhook', ...(authentication.knowsPaths ? ['/webhook/:secret'] : [])];
  if (authentication.isOpen) router.post(paths, refuseCrossSite(origins));
  router.post(paths, postWebhook(webhook));
  router.all(paths, () => {
    throw new WebhookRejected({ kind: 'method' });
  });
  router.get('/openapi.json', (ctx) => {
    ctx.type = 'application/json';
    ctx.body = description;
  });
  app.use(answerRejections({ refused, addressOf: admission.sources.addressOf }));
  app.use(answerCors(origins));
  app.use(admit(admission));
  if (authentication.isOpen) app.use(refuseForeignHosts(hosts));
  app.use(router.routes());
  app.use(() => {
    throw new WebhookRejected({ kind: 'not-found' });
  });
  // A sender that hangs up is no error of ours.
  app.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') log.error({ error: error.stack }, 'request.failed');
  });
  return app;
}

interface AnswerRejectionsOptions extends Pick<AdmitOptions['sources'], 'addressOf'> {
  readonly refused: ReportRefusal;
}

/** The edge at which a rejection becomes an answer. Anything else that is thrown is our bug, and goes on. */
function answerRejections({ refused, addressOf }: AnswerRejectionsOptions): Middleware<RequestState> {
  return async (ctx, next) => {
    ctx.state.source = addressOf(ctx.req);
    try {
      await next();
    } catch (error) {
      if (!(error instanceof WebhookRejected)) throw error;
      const { status, headers, problem } = answerOf(error.rejection);
      // Who has hung up, or was answered by Node's parser, is not refused here.
      if (ctx.writable) refused(error.rejection, { status, address: ctx.state.source });
      ctx.status = status;
      ctx.set(headers);
      ctx.body = JSON.stringify(problem);
      ctx.type = 'application/problem+json';
    }
  };
}
