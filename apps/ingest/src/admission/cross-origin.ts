import type { IncomingHttpHeaders } from 'node:http';
import { createIsOwnHost, parseOrigin } from '@callstream/runtime';
import type { Middleware } from 'koa';
import { WebhookRejected } from '../problem.ts';

/** The answer to a CORS preflight; a browser may cache it for ten minutes. */
const preflight = {
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': 'authorization, content-type, webhook-id, webhook-timestamp, webhook-signature',
  'access-control-max-age': '600',
};

/** Values of Sec-Fetch-Site of a request that no other site has caused. */
const ownSites: ReadonlySet<string> = new Set(['none', 'same-origin']);

const originOf = (header: string): string | undefined => parseOrigin(header)?.origin;

/** CORS: answers the preflights of pages of these origins, and lets them read every answer. */
export const answerCors = (origins: readonly string[]): Middleware => {
  const allowed = new Set(origins);
  return async (ctx, next) => {
    if (allowed.size > 0) ctx.vary('Origin');
    const header = ctx.req.headers.origin;
    const origin = header === undefined ? '' : (originOf(header) ?? '');
    const isAllowed = allowed.has(origin);
    if (isAllowed) ctx.set({ 'access-control-allow-origin': origin, 'access-control-expose-headers': 'retry-after' });
    if (isAllowed && ctx.method === 'OPTIONS' && ctx.get('access-control-request-method') !== '') {
      ctx.set(preflight);
      ctx.status = 204;
    } else await next();
  };
};

/** Against DNS rebinding, where there is no secret: a page may reach us by its own host name if that resolves to this machine. */
export const refuseForeignHosts = (hosts: readonly string[]): Middleware => {
  const isOwnHost = createIsOwnHost(hosts);
  return async (ctx, next) => {
    if (!isOwnHost(ctx.req.headers.host)) throw new WebhookRejected({ kind: 'misdirected' });
    await next();
  };
};

/**
 * Against cross-site request forgery, where there is no secret: other sites must not make a browser send events. Browsers name
 * the site in Origin or Sec-Fetch-Site. Old ones that send neither still need a preflight to send content-type: application/json,
 * so a request without a content type is refused if it is from a browser.
 */
export const refuseCrossSite = (origins: readonly string[]): Middleware => {
  const allowed = new Set(origins);
  return async (ctx, next) => {
    const { headers } = ctx.req;
    const { origin, 'sec-fetch-site': site } = headers;
    const isAllowed =
      origin === undefined ? site === undefined || ownSites.has(site) : allowed.has(originOf(origin) ?? '');
    if (!isAllowed) throw new WebhookRejected({ kind: 'foreign' });
    if (!headers['content-type'] && isOfBrowser(headers)) throw new WebhookRejected({ kind: 'untyped' });
    await next();
  };
};

/** `Sec-Fetch-Mode: cors` alone is no proof: Node's fetch sends it. A browser that posts sends Origin as well. */
const isOfBrowser = (headers: IncomingHttpHeaders): boolean =>
  headers.origin !== undefined ||
  headers.referer !== undefined ||
  Object.entries(headers).some(
    ([name, value]) => name.startsWith('sec-fetch-') && !(name === 'sec-fetch-mode' && value === 'cors'),
  );
