import Router from '@koa/router';
import type { Log } from '@callstream/runtime';
import Koa from 'koa';
import type { Middleware } from 'koa';
import { admit } from './admit.ts';
import type { Admission, Received } from './admit.ts';
import type { Authentication } from './credentials.ts';
import { openApi } from './openapi.ts';
import { answerPages, refuseForeignHosts, refuseForeignPages } from './pages.ts';
import { answerOf, Rejected } from './problem.ts';
import type { Refused } from './refusals.ts';
import { postWebhook } from './webhook.ts';
import type { Webhook } from './webhook.ts';

export interface AppOptions {
  readonly webhook: Webhook;
  readonly authentication: Authentication;
  readonly admission: Admission;
  /** Origins of web pages that may send, where no secret is asked for too. */
  readonly origins: readonly string[];
  /** Names under which we are reached, where no secret is asked for. */
  readonly hosts: readonly string[];
  readonly refused: Refused;
  readonly log: Log;
}

export function createApp(options: AppOptions): Koa<Received> {
  const { webhook, authentication, admission, origins, hosts, refused, log } = options;
  const app = new Koa<Received>();
  const router = new Router<Received>();
  const description = JSON.stringify(openApi(authentication));
  const paths = ['/webhook', ...(authentication.knowsPaths ? ['/webhook/:secret'] : [])];
  if (authentication.isOpen) router.post(paths, refuseForeignPages(origins));
  router.post(paths, postWebhook(webhook));
  router.all(paths, () => {
    throw new Rejected({ kind: 'method' });
  });
  router.get('/openapi.json', (ctx) => {
    ctx.type = 'application/json';
    ctx.body = description;
  });
  app.use(answerRejections({ refused, addressOf: admission.sources.addressOf }));
  app.use(answerPages(origins));
  app.use(admit(admission));
  if (authentication.isOpen) app.use(refuseForeignHosts(hosts));
  app.use(router.routes());
  app.use(() => {
    throw new Rejected({ kind: 'not-found' });
  });
  // A sender that hangs up is no error of ours.
  app.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') log.error({ error: error.stack }, 'request.failed');
  });
  return app;
}

interface Edge extends Pick<Admission['sources'], 'addressOf'> {
  readonly refused: Refused;
}

/** The edge at which a rejection becomes an answer. Anything else that is thrown is our bug, and goes on. */
function answerRejections({ refused, addressOf }: Edge): Middleware<Received> {
  return async (ctx, next) => {
    ctx.state.source = addressOf(ctx.req);
    try {
      await next();
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
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
