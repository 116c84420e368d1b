import Router from '@koa/router';
import type { Log } from '@callstream/runtime';
import Koa from 'koa';
import type { Middleware } from 'koa';
import type { Metrics } from './metrics.ts';
import { answerOf, Rejected } from './problem.ts';
import type { Publish } from './publish.ts';
import { postWebhook } from './webhook.ts';

export interface AppOptions {
  readonly publish: Publish;
  /** Largest body, in bytes. */
  readonly bodyBytesMax: () => number;
  readonly metrics: Pick<Metrics, 'accepted' | 'refused'>;
  readonly log: Log;
}

export function createApp({ publish, bodyBytesMax, metrics, log }: AppOptions): Koa {
  const app = new Koa();
  const router = new Router();
  router.post('/webhook', postWebhook({ publish, bodyBytesMax }));
  router.all('/webhook', () => {
    throw new Rejected({ kind: 'method' });
  });
  app.use(answerRejections(metrics));
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

/** The edge at which a rejection becomes an answer. Anything else that is thrown is our bug, and goes on. */
function answerRejections({ accepted, refused }: AppOptions['metrics']): Middleware {
  return async (ctx, next) => {
    try {
      await next();
      accepted.inc();
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      const { status, headers, problem } = answerOf(error.rejection);
      // Who has hung up, or was answered by Node's parser, is not refused here.
      if (ctx.writable) refused.inc({ reason: error.rejection.kind });
      ctx.status = status;
      ctx.set(headers);
      ctx.body = JSON.stringify(problem);
      ctx.type = 'application/problem+json';
    }
  };
}
