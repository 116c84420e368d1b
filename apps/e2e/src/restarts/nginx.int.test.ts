import { once } from 'node:events';
import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { testDatabase, testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import { WebSocket } from 'ws';
import { startInstance } from '../system/instance.ts';
import type { ServiceInstance } from '../system/instance.ts';
import { boardHost, missingForNginx, startNginx, webhookHost } from './nginx.ts';
import type { Nginx } from './nginx.ts';
import { startSteadyLoad } from '../load/steady-load.ts';
import { startSystem } from '../system/system.ts';
import type { System } from '../system/system.ts';

const missing = await missingForNginx();
if (missing !== null) console.warn(`docs/examples/nginx.conf is not tested: this machine lacks ${missing}.`);

const secret = 'a-path-secret-of-this-test';
const settings = {
  INGEST_PATH_SECRET: secret,
  INGEST_TRUSTED_PROXIES: '127.0.0.1',
  GATEWAY_TRUSTED_PROXIES: '127.0.0.1',
  GATEWAY_ORIGINS: boardHost,
  GATEWAY_SOCKETS_PER_ADDRESS_MAX: '1',
};

(missing === null ? describe : describe.skip)('behind nginx, as docs/examples/nginx.conf has it', () => {
  const cleanup = new AsyncDisposableStack();
  let system: System;
  let ingests: readonly ServiceInstance[];
  let gateways: readonly ServiceInstance[];
  let nginx: Nginx;
  beforeAll(async () => {
    const database = cleanup.use(await testDatabase());
    system = cleanup.use(
      await startSystem({
        ...{ brokers: testKafkaBrokers(), topic: testTopicName(), databaseUrl: database.url },
        ...{ services: ['projector'], settings },
      }),
    );
    const { env } = system;
    const start = async (name: 'ingest' | 'gateway', i: number): Promise<ServiceInstance> =>
      cleanup.use(await startInstance(name, { ...env, DATA_DIR: join(env['DATA_DIR'] ?? '', `${name}-${i}`) }));
    const pair = (name: 'ingest' | 'gateway') => Promise.all([start(name, 1), start(name, 2)]);
    [ingests, gateways] = await Promise.all([pair('ingest'), pair('gateway')]);
    const portsOf = (members: readonly ServiceInstance[]): number[] => members.map(({ port }) => port);
    nginx = cleanup.use(await startNginx({ ingest: portsOf(ingests), gateway: portsOf(gateways) }));
  }, 180_000);
  afterAll(() => cleanup.disposeAsync(), 60_000);

  /** `from`: the address of who asks. */
  const ask = async (host: string, path: string, { body, from }: { body?: string; from?: string } = {}) => {
    const options = { ...nginx.connect, host, port: nginx.port, path, ...(from && { localAddress: from }) };
    const headers = { 'content-type': 'application/json', 'x-forwarded-for': '203.0.113.9' };
    const asked = request({ ...options, headers, method: body === undefined ? 'GET' : 'POST' }).end(body);
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    return { status: response.statusCode, text: (await response.toArray()).join('') };
  };
  const post = (body: object, from?: string) =>
    ask(webhookHost, `/webhook/${secret}`, { body: JSON.stringify(body), ...(from && { from }) });
  const open = (from: string): WebSocket =>
    new WebSocket(`wss://${boardHost}:${nginx.port}/`, {
      ...nginx.connect,
      localAddress: from,
      origin: `https://${boardHost}`,
    });
  /** The first text that a socket is sent and that `is` wanted, or the code with which it is closed. */
  const hear = (socket: WebSocket, is: (text: string) => boolean): Promise<string | number> =>
    new Promise((resolve, reject) => {
      socket.on('error', reject).on('close', resolve);
      socket.on('message', (data: Buffer) => is(data.toString()) && resolve(data.toString()));
    });

  it('takes a webhook, and shows it on page, /api and WebSocket', async () => {
    const call = { type: 'call.new', call_id: 'behind.nginx', direction: 'inbound', their_number: '551199' };
    expect(await post(call)).toMatchObject({ status: 200 });
    await system.projected();
    expect(await ask(boardHost, '/api/calls/behind.nginx')).toMatchObject({
      status: 200,
      text: expect.stringContaining('"behind.nginx"') as string,
    });
    expect(await ask(boardHost, '/')).toMatchObject({ status: 200, text: expect.stringContaining('<html') as string });
    const socket = open('127.0.0.2');
    socket.on('open', () => socket.send('{"event":"Subscribe","data":{}}'));
    expect(await hear(socket, (text) => text.includes('"Snapshot"'))).toContain('"behind.nginx"');
    socket.close();
    await once(socket, 'close');
  });

  it('tells ingest and gateway the address of who asks, whatever that claims; and keeps the secret out of its logs', async () => {
    expect(await post({ no: 'type' }, '127.0.0.2')).toMatchObject({ status: 400 });
    const tails = () => ingests.map((ingest) => ingest.service().tail()).join('\n');
    await until(() => tails().includes('request.refused'), { timeoutMs: 20_000, onTimeout: () => new Error(tails()) });
    expect(tails()).toContain('"source":"127.0.0.2"');
    expect(tails()).not.toContain('203.0.113.9');
    // One of each address at each of the two gateways, to which they go in turn.
    const sockets = ['127.0.0.2', '127.0.0.2', '127.0.0.2'].map(open);
    const [code] = (await Promise.race(sockets.map((socket) => once(socket, 'close')))) as [number];
    expect(code).toBe(4029);
    const other = open('127.0.0.3');
    other.on('open', () => other.send('{"event":"ListCalls","data":{}}'));
    expect(await hear(other, (text) => text.includes('"ListCalls"'))).toContain('"behind.nginx"');
    expect(sockets.filter(({ readyState }) => readyState === WebSocket.OPEN)).toHaveLength(2);
    for (const socket of [...sockets, other]) socket.terminate();
    expect(await ask(webhookHost, '/anything/else')).toMatchObject({ status: 404 });
    expect(await nginx.logs()).not.toContain(secret);
  });

  it('finds the other when one of each stops, and when one is killed: no webhook has to be sent again', async () => {
    const url = `https://${webhookHost}:${nginx.port}/webhook/${secret}`;
    await using load = await startSteadyLoad(url, { perSecond: 100, seed: 1, connect: nginx.connect });
    await load.goOn(50);
    const asks = async (): Promise<void> => {
      for (let i = 0; i < 4; i++) expect(await ask(boardHost, '/api/calls?limit=1')).toMatchObject({ status: 200 });
    };
    const [stopped, killed] = ingests;
    await Promise.all([stopped?.stop(), gateways[0]?.stop()]);
    await load.goOn(100);
    await asks();
    await Promise.all([stopped?.start(), gateways[0]?.start()]);
    // Longer than nginx leaves out who refused: see docs/operations.md.
    await load.goOn(250);
    await Promise.all([killed?.kill(), gateways[1]?.kill()]);
    await load.goOn(100);
    await asks();
    await load.end();
    expect(load.retries()).toBe(0);
    expect(await nginx.logs()).not.toContain(secret);
  }, 120_000);
});
