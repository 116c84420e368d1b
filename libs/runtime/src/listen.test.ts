import { once } from 'node:events';
import { Agent, get, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { closeServers, listen } from './listen.ts';

const host = '127.0.0.1';

/**
 * Posts again and again over connections that are kept, until no more are taken. `cutOff`: errors of posts on a kept
 * connection. A new one may be refused by the system in the moment of the stop; its post was never taken.
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
  it('answers all that it took, cuts off no sender that keeps its connection, and ends', async () => {
    const senders = 20;
    let taken = 0;
    const connections = new Set<object>();
    const { servers, port } = await listen({ hosts: [host], port: 0 }, (incoming, response) => {
      taken++;
      connections.add(incoming.socket);
      incoming.resume().on('end', () => setTimeout(() => response.end('ok'), 5));
    });
    const posting = keepPosting(port, senders);
    // Not before each of them has its connection: one that is not accepted yet is not a sender's that is cut off.
    while (connections.size < senders) await once(servers[0]!, 'request');
    await closeServers(servers);
    const { answered, cutOff } = await posting;
    expect({ answered, cutOff }).toEqual({ answered: taken, cutOff: [] });
  });
  it('takes no new connection from the call on, and still answers on those that there are', async () => {
    const { servers, port } = await listen({ hosts: [host], port: 0 }, (_, response) => response.end('ok'));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = async (options: object): Promise<string | undefined> => {
      const [response] = (await once(get({ host, port, ...options }), 'response')) as [IncomingMessage];
      await response.resume().toArray();
      return response.headers.connection;
    };
    expect(await ask({ agent })).toBe('keep-alive');
    const closing = closeServers(servers);
    await expect(ask({ agent: false })).rejects.toThrow('ECONNREFUSED');
    expect(await ask({ agent })).toBe('close');
    await closing;
    agent.destroy();
  });
  it('waits for the request that it is working on', async () => {
    const { promise: mayAnswer, resolve: letAnswer } = Promise.withResolvers<undefined>();
    const { servers, port } = await listen({ hosts: [host], port: 0 }, (_, response) => {
      void mayAnswer.then(() => response.end('late'));
    });
    const asked = once(servers[0]!, 'request');
    const answer = once(get({ host, port }), 'response');
    await asked;
    const closing = closeServers(servers);
    letAnswer(undefined);
    const [response] = (await answer) as [IncomingMessage];
    expect((await response.toArray()).join('')).toBe('late');
    await closing;
  });
});

describe('a server that starts', () => {
  it('says which port is in use', async () => {
    const other = createServer().listen(0, host);
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(listen({ hosts: [host], port }, () => undefined)).rejects.toThrow(`Port ${port} of ${host} is in use`);
    other.close();
  });
  it('leaves out an address that the machine does not have, unless it is the only one', async () => {
    const { servers } = await listen({ hosts: [host, '192.0.2.1'], port: 0 }, () => undefined);
    expect(servers).toHaveLength(1);
    await closeServers(servers);
    await expect(listen({ hosts: ['192.0.2.1'], port: 0 }, () => undefined)).rejects.toThrow('192.0.2.1');
  });
});
