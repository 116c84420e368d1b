import type { IncomingHttpHeaders } from 'node:http';
import { createIsOwnHost, parseOrigin } from '@callstream/runtime';
import type { Middleware } from 'koa';
import { WebhookRejected } from '../problem.ts';

/** What a browser is told that asks whether a page may send; it may remember the answer for ten minutes. */
const preflight = {
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': 'authorization, content-type, webhook-id, webhook-timestamp, webhook-signature',
  'access-control-max-age': '600',
};

/** Values of Sec-Fetch-Site of a request that no other site has caused. */
const ownSites: ReadonlySet<string> = new Set(['none', 'same-origin']);

const originOf = (header: string): string | undefined => parseOrigin(header)?.origin;

/** Answers pages of these origins as CORS has it: their preflights, and so that they may read every answer. */
export const answerCors = (origins: readonly string[]): Middleware => {
  const listed = new Set(origins);
  return async (ctx, next) => {
    if (listed.size > 0) ctx.vary('Origin');
    const origin = originOf(ctx.get('origin')) ?? '';
    const isListed = listed.has(origin);
    if (isListed) ctx.set({ 'access-control-allow-origin': origin, 'access-control-expose-headers': 'retry-after' });
    if (isListed && ctx.method === 'OPTIONS' && ctx.get('access-control-request-method') !== '') {
      ctx.set(preflight);
      ctx.status = 204;
    } else await next();
  };
};

/** Where no secret is asked for, a page of strangers must not reach us by a name of its own that points to this machine. */
export const refuseForeignHosts = (hosts: readonly string[]): Middleware => {
  const isOwnHost = createIsOwnHost(hosts);
  return async (ctx, next) => {
    if (!isOwnHost(ctx.req.headers.host)) throw new WebhookRejected({ kind: 'misdirected' });
    await next();
  };
};

/**
 * Where no secret is asked for, a page of strangers must not have a browser send events. Browsers say that it is one in
 * Origin or Sec-Fetch-Site. Those that say neither at least cannot say without being allowed to that they send JSON.
 */
export const refuseCrossSite = (origins: readonly string[]): Middleware => {
  const listed = new Set(origins);
  return async (ctx, next) => {
    const { headers } = ctx.req;
    const { origin, 'sec-fetch-site': site } = headers;
    const isOwn = origin === undefined ? site === undefined || ownSites.has(site) : listed.has(originOf(origin) ?? '');
    if (!isOwn) throw new WebhookRejected({ kind: 'foreign' });
    if (!headers['content-type'] && isOfBrowser(headers)) throw new WebhookRejected({ kind: 'untyped' });
    await next();
  };
};

/** Not by `Sec-Fetch-Mode: cors` alone: that is Node's fetch. A browser has an Origin beside it when it posts. */
const isOfBrowser = (headers: IncomingHttpHeaders): boolean =>
  headers.origin !== undefined ||
  headers.referer !== undefined ||
  Object.entries(headers).some(
    ([name, value]) => name.startsWith('sec-fetch-') && !(name === 'sec-fetch-mode' && value === 'cors'),
  );
