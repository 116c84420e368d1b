import type { IncomingHttpHeaders } from 'node:http';

/** Subprotocol that a client offers beside its token, so that the gateway can choose one that is not the token. */
export const subprotocol = 'callstream';
const tokenProtocol = 'bearer.';

/** The token of `Authorization: Bearer <token>`, if there is one. */
export const bearerOf = ({ authorization }: IncomingHttpHeaders): string | undefined =>
  /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];

/**
 * The token of the upgrade request of a socket: in `Authorization`, or as a subprotocol, because browsers cannot set headers:
 * `new WebSocket(url, ['callstream', 'bearer.' + token])`. It is never in the URL, because URLs are logged.
 */
export const tokenOf = (headers: IncomingHttpHeaders): string | undefined =>
  bearerOf(headers) ??
  headers['sec-websocket-protocol']
    ?.split(',')
    .map((offered) => offered.trim())
    .find((offered) => offered.startsWith(tokenProtocol))
    ?.slice(tokenProtocol.length);
