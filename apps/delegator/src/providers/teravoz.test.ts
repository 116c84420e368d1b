import dns from 'node:dns';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jest } from '@jest/globals';
import { freePort } from '@callstream/stack';
import type { ProviderAnswer } from './provider.ts';
import { createTeravoz } from './teravoz.ts';

afterEach(() => jest.restoreAllMocks());

async function delegate(url: string): Promise<ProviderAnswer> {
  await using provider = createTeravoz({ url, user: 'u', password: 'p', connections: 1 });
  return await provider.delegate({ callId: 'c', destination: '900' }, 5_000);
}

it.each([
  [200, 'accepted'],
  [400, 'refused'],
  [500, 'refused'],
  [503, 'refused'],
  // A gateway answers so after its time-out, too: the action may have been taken.
  [502, 'unknown'],
  [504, 'unknown'],
])('an answer %i means that the action is %s', async (status, kind) => {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(status).end());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  await using _server = server;
  const { port } = server.address() as AddressInfo;
  expect(await delegate(`http://127.0.0.1:${port}`)).toMatchObject({ kind });
});

it('a request whose time is over once it is connected is not sent', async () => {
  let requests = 0;
  const server = createServer((_, response) => {
    requests++;
    response.end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  await using _server = server;
  const { port } = server.address() as AddressInfo;
  const lookup = (_host: string, _options: unknown, done: (error: null, found: readonly object[]) => void): void => {
    // As if the process had been frozen while it connected.
    const frozenUntil = Date.now() + 5_000;
    jest.spyOn(Date, 'now').mockImplementation(() => frozenUntil);
    done(null, [{ address: '127.0.0.1', family: 4 }]);
  };
  jest.spyOn(dns, 'lookup').mockImplementation(lookup as unknown as typeof dns.lookup);
  const connected = once(server, 'connection');
  const answer = await delegate(`http://provider.example:${port}`);
  await connected;
  expect(answer).toEqual({ kind: 'unreachable', reason: expect.stringContaining('NoConnectionInTime') as string });
  expect(requests).toBe(0);
});

it.each([1, 2])('a host of %i addresses that all refuse the connection is unreachable', async (count) => {
  const addresses = ['127.0.0.1', '127.0.0.2'].slice(0, count).map((address) => ({ address, family: 4 }));
  const lookup = (_host: string, _options: unknown, done: (error: null, found: typeof addresses) => void): void =>
    done(null, addresses);
  jest.spyOn(dns, 'lookup').mockImplementation(lookup as unknown as typeof dns.lookup);
  const answer = await delegate(`http://provider.example:${await freePort()}`);
  expect(answer).toEqual({ kind: 'unreachable', reason: expect.stringContaining('ECONNREFUSED') as string });
});
