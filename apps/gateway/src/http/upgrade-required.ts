import type { RequestListener } from 'node:http';

/** What a browser sees that opens an address of the socket, or the dashboard's where that was not built. */
export const answerUpgradeRequired: RequestListener = (request, response) => {
  const host = request.headers.host ?? 'localhost:4000';
  response.writeHead(426, { 'content-type': 'text/plain; charset=utf-8', upgrade: 'websocket', connection: 'upgrade' });
  response.end(`This is callstream's WebSocket: connect to ws://${host.replace(/[^\w.:[\]-]/g, '')}/\n`);
};
