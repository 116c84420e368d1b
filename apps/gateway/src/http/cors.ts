import { createIsOwnHost } from '@callstream/runtime';
import type { Middleware } from 'koa';
import { isAllowedOrigin } from '../access/origin.ts';
import { Rejected } from './problem.ts';

/** How long a browser may cache the answer to a preflight request, in seconds. */
const preflightSeconds = 600;

/** CORS: allows pages of these hosts and of this machine, and rejects all others. Sockets have the same rule. */
export const allowOrigins = (origins: readonly string[]): Middleware => {
  return async (ctx, next) => {
    const origin = ctx.get('origin');
    ctx.vary('Origin');
    if (origin !== '') {
      if (!isAllowedOrigin(origin, origins)) throw new Rejected({ kind: 'foreign' });
      ctx.set('access-control-allow-origin', origin);
    }
    if (ctx.method !== 'OPTIONS') {
      await next();
      return;
    }
    ctx.set({
      'access-control-allow-methods': 'GET',
      'access-control-allow-headers': 'authorization',
      'access-control-max-age': String(preflightSeconds),
    });
    ctx.status = 204;
  };
};

/** Against DNS rebinding, where no token is required: a foreign page whose host name now resolves to this machine is rejected. */
export const refuseForeignHosts = (origins: readonly string[]): Middleware => {
  const isOwnHost = createIsOwnHost(origins);
  return async (ctx, next) => {
    if (!isOwnHost(ctx.req.headers.host)) throw new Rejected({ kind: 'misdirected' });
    await next();
  };
};
