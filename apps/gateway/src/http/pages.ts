import { isIP } from 'node:net';
import type { Middleware } from 'koa';
import { isAllowedOrigin } from '../origin.ts';
import { Rejected } from './problem.ts';

/** How long a browser may remember what a page may ask, in seconds. */
const preflightSeconds = 600;

/** Lets pages of the allowed hosts ask, and no others: the same rule as for sockets. */
export const letPagesIn = (origins: readonly string[]): Middleware => {
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

/**
 * Keeps out pages whose name was made to point at this machine (DNS rebinding): to the browser they are of the same
 * origin, so nothing but the host tells them. Only where no token is asked for. Names without a dot are of this network.
 */
export const refuseForeignHosts = (origins: readonly string[]): Middleware => {
  return async (ctx, next) => {
    const host = ctx.hostname;
    const isHere = !host.includes('.') || isIP(host) !== 0 || host.startsWith('[') || origins.includes(host);
    if (!isHere) throw new Rejected({ kind: 'misdirected' });
    await next();
  };
};
