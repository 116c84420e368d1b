import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** For tests: a server in this process; `respond` gets the number of the request, from 1. */
export async function serve(respond: (response: ServerResponse, request: number) => void) {
  const received: string[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    received.push(`${request.method ?? ''} ${request.url ?? ''} ${await text(request)}`);
    respond(response, received.length);
  };
  // The end of the load may cut off a request in its body.
  const server = createServer((request, response) => {
    handle(request, response).catch(() => undefined);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`,
    received,
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
