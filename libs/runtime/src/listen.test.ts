import { once } from 'node:events';
import { Agent, get, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { closeServers, listen } from './listen.ts';

const host = '127.0.0.1';

/**
 * Posts in a loop over keep-alive connections until new ones are refused. `cutOff`: errors of posts on a reused
 * connection. A post on a new connection may be refused during the stop; the server never received it.
 */
async function keepPosting(port: number, senders: number): Promise<{ answered: number; cutOff: string[] }> {
  const agent = new Agent({ keepAlive: true, maxSockets: senders });
  const cutOff: string[] = [];
  let answered = 0;
  let refused = false;
  const post = () =>
    new Promise<void>((resolve) => {
      const posted = request({ host, port, agent, method: 'POST' }, (response) => {
        answered++;
        response.resume().on('end', resolve);
      });
      posted.on('error', ({ code = '' }: NodeJS.ErrnoException) => {
        if (posted.reusedSocket) cutOff.push(code);
        refused ||= code === 'ECONNREFUSED';
        resolve();
      });
      posted.end('x');
    });
  await Promise.all(
    Array.from({ length: senders }, async () => {
      while (!refused) await post();
    }),
  );
  agent.destroy();
  return { answered, cutOff };
}

describe('a server that stops', () => {
  it('answers all requests that it received, cuts off no keep-alive connection, and ends', async () => {
    const senders = 20;
    let received = 0;
    const connections = new Set<object>();
    const { servers, port } = await listen({ hosts: [host], port: 0 }, (incoming, response) => {
      received++;
      connections.add(incoming.socket);
      incoming.resume().on('end', () => setTimeout(() => response.end('ok'), 5));
    });
    const posting = keepPosting(port, senders);
    // Wait until each sender has a connection: one that is not accepted yet may be refused.
    while (connections.size < senders) await once(servers[0]!, 'request');
    await closeServers(servers);
    const { answered, cutOff } = await posting;
    expect({ answered, cutOff }).toEqual({ answered: received, cutOff: [] });
  });
  it('refuses new connections at once, and still answers on existing ones', async () => {
    const { servers, port } = await listen({ hosts: [host], port: 0 }, (_, response) => response.end('ok'));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const connectionHeaderOf = async (options: object): Promise<string | undefined> => {
      const [response] = (await once(get({ host, port, ...options }), 'response')) as [IncomingMessage];
      await response.resume().toArray();
      return response.headers.connection;
    };
    expect(await connectionHeaderOf({ agent })).toBe('keep-alive');
    const closing = closeServers(servers);
    await expect(connectionHeaderOf({ agent: false })).rejects.toThrow('ECONNREFUSED');
    expect(await connectionHeaderOf({ agent })).toBe('close');
    await closing;
    agent.destroy();
  });
  it('does not wait for a connection that has sent nothing', async () => {
    const { servers, port } = await listen({ hosts: [host], port: 0 }, (_, response) => response.end());
    const accepted = once(servers[0]!, 'connection');
    const unused = connect(port, host);
    await accepted;
    const closed = once(unused, 'close');
    await closeServers(servers);
    await closed;
  });
  it('waits for requests in progress', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<undefined>();
    const { servers, port } = await listen({ hosts: [host], port: 0 }, (_, response) => {
      void released.then(() => response.end('late'));
    });
    const requested = once(servers[0]!, 'request');
    const answer = once(get({ host, port }), 'response');
    await requested;
    const closing = closeServers(servers);
    release(undefined);
    const [response] = (await answer) as [IncomingMessage];
    expect((await response.toArray()).join('')).toBe('late');
    await closing;
  });
});

describe('a server that starts', () => {
  it('names the port that is in use', async () => {
    const otherServer = createServer().listen(0, host);
    await once(otherServer, 'listening');
    const { port } = otherServer.address() as AddressInfo;
    await expect(listen({ hosts: [host], port }, () => undefined)).rejects.toThrow(`Port ${port} of ${host} is in use`);
    otherServer.close();
  });
  it('skips an address that the machine does not have, unless it is the only one', async () => {
    const { servers } = await listen({ hosts: [host, '192.0.2.1'], port: 0 }, () => undefined);
    expect(servers).toHaveLength(1);
    await closeServers(servers);
    await expect(listen({ hosts: ['192.0.2.1'], port: 0 }, () => undefined)).rejects.toThrow('192.0.2.1');
  });
});
