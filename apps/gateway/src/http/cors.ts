import { createIsOwnHost } from '@callstream/runtime';
import type { Middleware } from 'koa';
import { isAllowedOrigin } from '../access/origin.ts';
import { Rejected } from './problem.ts';

/** How long a browser may remember what a page may ask, in seconds. */
const preflightSeconds = 600;

/** Lets pages of the allowed hosts ask, and no others: the same rule as for sockets. */
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

/** Keeps out pages of strangers whose name was made to point to this machine, where no token is asked for. */
export const refuseForeignHosts = (origins: readonly string[]): Middleware => {
  const isOwnHost = createIsOwnHost(origins);
  return async (ctx, next) => {
    if (!isOwnHost(ctx.req.headers.host)) throw new Rejected({ kind: 'misdirected' });
    await next();
  };
};
