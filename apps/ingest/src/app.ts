import Router from '@koa/router';
import type { Log } from '@callstream/runtime';
import Koa from 'koa';
import type { Middleware } from 'koa';
import { admit } from './admit.ts';
import type { Admission } from './admit.ts';
import type { Authentication } from './credentials.ts';
import { openApi } from './openapi.ts';
import { answerOf, Rejected } from './problem.ts';
import type { Refused } from './refusals.ts';
import { postWebhook } from './webhook.ts';
import type { Webhook } from './webhook.ts';

export interface AppOptions {
  readonly webhook: Webhook;
  readonly authentication: Authentication;
  readonly admission: Admission;
  readonly refused: Refused;
  readonly log: Log;
}

export function createApp({ webhook, authentication, admission, refused, log }: AppOptions): Koa {
  const app = new Koa();
  const router = new Router();
  const description = JSON.stringify(openApi(authentication));
  const paths = ['/webhook', ...(authentication.knowsPaths ? ['/webhook/:secret'] : [])];
  router.post(paths, postWebhook(webhook));
  router.all(paths, () => {
    throw new Rejected({ kind: 'method' });
  });
  router.get('/openapi.json', (ctx) => {
    ctx.type = 'application/json';
    ctx.body = description;
  });
  app.use(answerRejections({ refused, addressOf: admission.sources.addressOf }));
  app.use(admit(admission));
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
function answerRejections({ refused, addressOf }: Edge): Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      const { status, headers, problem } = answerOf(error.rejection);
      // Who has hung up, or was answered by Node's parser, is not refused here.
      if (ctx.writable) refused(error.rejection, { status, address: addressOf(ctx.req) });
      ctx.status = status;
      ctx.set(headers);
      ctx.body = JSON.stringify(problem);
      ctx.type = 'application/problem+json';
    }
  };
}
