import type { IncomingHttpHeaders } from 'node:http';

/** What a client offers beside its token, so that there is one that the gateway can choose. */
export const subprotocol = 'callstream';
const tokenProtocol = 'bearer.';

/** The token of `Authorization: Bearer`, if there is one. */
export const bearerOf = ({ authorization }: IncomingHttpHeaders): string | undefined =>
  /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];

/**
 * The token that comes with the request for a socket: as bearer, or, from browsers, which can set no headers, as
 * subprotocol: `new WebSocket(url, ['callstream', 'bearer.' + token])`. Not in the address: those are written into logs.
 */
export const tokenOf = (headers: IncomingHttpHeaders): string | undefined =>
  bearerOf(headers) ??
  headers['sec-websocket-protocol']
    ?.split(',')
    .map((offered) => offered.trim())
    .find((offered) => offered.startsWith(tokenProtocol))
    ?.slice(tokenProtocol.length);
