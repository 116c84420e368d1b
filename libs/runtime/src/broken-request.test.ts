import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { answerBrokenRequests } from './broken-request.ts';

it('an idle client is answered, and closed even if it does not close its side', async () => {
  const kinds: string[] = [];
  const onBroken = answerBrokenRequests(
    () => '192.0.2.1',
    (kind) => {
      kinds.push(kind);
      return { status: 408, body: '{}' };
    },
  );
  const server = createServer({ headersTimeout: 50, connectionsCheckingInterval: 20 }).on('clientError', onBroken);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const { port } = server.address() as AddressInfo;
  // It never closes its side.
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const [connection] = await accepted;
  await once(connection, 'close');
  expect(kinds).toEqual(['timeout']);
  client.destroy();
  server.close();
});
