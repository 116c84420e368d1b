import type { RequestListener } from 'node:http';

/** Answers a plain HTTP request to the socket's address: 426, and how to connect. The dashboard's page too, if it was not built. */
export const answerUpgradeRequired: RequestListener = (request, response) => {
  const host = request.headers.host ?? 'localhost:4000';
  response.writeHead(426, { 'content-type': 'text/plain; charset=utf-8', upgrade: 'websocket', connection: 'upgrade' });
  response.end(`This is callstream's WebSocket: connect to ws://${host.replace(/[^\w.:[\]-]/g, '')}/\n`);
};
