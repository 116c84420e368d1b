import { once } from 'node:events';
import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { testDatabase, testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import { migrated } from '@callstream/tables/testing';
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

(missing === null ? describe : describe.skip)('behind nginx with docs/examples/nginx.conf', () => {
  const cleanup = new AsyncDisposableStack();
  let system: System;
  let ingests: readonly ServiceInstance[];
  let gateways: readonly ServiceInstance[];
  let nginx: Nginx;
  beforeAll(async () => {
    const database = cleanup.use(await testDatabase({ content: migrated }));
    system = cleanup.use(
      await startSystem({
        brokers: testKafkaBrokers(),
        topic: testTopicName(),
        databaseUrl: database.url,
        services: ['projector'],
        settings,
      }),
    );
    const { env } = system;
    const start = async (name: 'ingest' | 'gateway', i: number): Promise<ServiceInstance> =>
      cleanup.use(await startInstance(name, { ...env, DATA_DIR: join(env['DATA_DIR'] ?? '', `${name}-${i}`) }));
    const pair = (name: 'ingest' | 'gateway') => Promise.all([start(name, 1), start(name, 2)]);
    [ingests, gateways] = await Promise.all([pair('ingest'), pair('gateway')]);
    const portsFrom = (first: number, instances: readonly ServiceInstance[]): Record<number, number> =>
      Object.fromEntries(instances.map(({ port }, i) => [first + i, port]));
    nginx = cleanup.use(
      await startNginx('nginx.conf', { ...portsFrom(3_000, ingests), ...portsFrom(4_000, gateways) }),
    );
  });
  afterAll(() => cleanup.disposeAsync(), 60_000);

  /** `from`: local address of the connection. */
  const send = async (host: string, path: string, { body, from }: { body?: string; from?: string } = {}) => {
    const options = { ...nginx.connect, host, port: nginx.port, path, ...(from && { localAddress: from }) };
    const headers = { 'content-type': 'application/json', 'x-forwarded-for': '203.0.113.9' };
    const sent = request({ ...options, headers, method: body === undefined ? 'GET' : 'POST' }).end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return { status: response.statusCode, text: (await response.toArray()).join('') };
  };
  const post = (body: object, from?: string) =>
    send(webhookHost, `/webhook/${secret}`, { body: JSON.stringify(body), ...(from && { from }) });
  const open = (from: string): WebSocket =>
    new WebSocket(`wss://${boardHost}:${nginx.port}/`, {
      ...nginx.connect,
      localAddress: from,
      origin: `https://${boardHost}`,
    });
  /** The first frame that matches, or the close code. */
  const nextFrame = (socket: WebSocket, matches: (text: string) => boolean): Promise<string | number> =>
    new Promise((resolve, reject) => {
      socket.on('error', reject).on('close', resolve);
      socket.on('message', (data: Buffer) => matches(data.toString()) && resolve(data.toString()));
    });

  it('nginx passes on webhooks, the dashboard page, /api and WebSockets', async () => {
    const call = { type: 'call.new', call_id: 'behind.nginx', direction: 'inbound', their_number: '551199' };
    expect(await post(call)).toMatchObject({ status: 200 });
    await system.untilProjected();
    expect(await send(boardHost, '/api/calls/behind.nginx')).toMatchObject({
      status: 200,
      text: expect.stringContaining('"behind.nginx"') as string,
    });
    expect(await send(boardHost, '/')).toMatchObject({ status: 200, text: expect.stringContaining('<html') as string });
    const socket = open('127.0.0.2');
    socket.on('open', () => socket.send('{"event":"Subscribe","data":{}}'));
    expect(await nextFrame(socket, (text) => text.includes('"Snapshot"'))).toContain('"behind.nginx"');
    socket.close();
    await once(socket, 'close');
  });

  it('nginx forwards the real client address to ingest and gateway, and keeps the secret out of its logs', async () => {
    expect(await post({ no: 'type' }, '127.0.0.2')).toMatchObject({ status: 400 });
    const tails = () => ingests.map((ingest) => ingest.service().tail()).join('\n');
    await until(() => tails().includes('request.refused'), { onTimeout: () => new Error(tails()) });
    expect(tails()).toContain('"source":"127.0.0.2"');
    expect(tails()).not.toContain('203.0.113.9');
    // One socket per address is allowed at each of the two gateways; nginx alternates between them.
    const sockets = ['127.0.0.2', '127.0.0.2', '127.0.0.2'].map(open);
    const [code] = (await Promise.race(sockets.map((socket) => once(socket, 'close')))) as [number];
    expect(code).toBe(4029);
    const otherAddress = open('127.0.0.3');
    otherAddress.on('open', () => otherAddress.send('{"event":"ListCalls","data":{}}'));
    expect(await nextFrame(otherAddress, (text) => text.includes('"ListCalls"'))).toContain('"behind.nginx"');
    expect(sockets.filter(({ readyState }) => readyState === WebSocket.OPEN)).toHaveLength(2);
    for (const socket of [...sockets, otherAddress]) socket.terminate();
    expect(await send(webhookHost, '/anything/else')).toMatchObject({ status: 404 });
    expect(await nginx.logs()).not.toContain(secret);
  });

  it('nginx uses the other instance when one is stopped or killed, so that no webhook has to be retried', async () => {
    const url = `https://${webhookHost}:${nginx.port}/webhook/${secret}`;
    await using load = await startSteadyLoad(url, { perSecond: 100, seed: 1, connect: nginx.connect });
    await load.untilAccepted(50);
    const expectServed = async (): Promise<void> => {
      for (let i = 0; i < 4; i++) expect(await send(boardHost, '/api/calls?limit=1')).toMatchObject({ status: 200 });
    };
    const [stopped, killed] = ingests;
    await Promise.all([stopped?.stop(), gateways[0]?.stop()]);
    await load.untilAccepted(100);
    await expectServed();
    await Promise.all([stopped?.start(), gateways[0]?.start()]);
    // Longer than nginx skips a server that refused a connection: see docs/operations.md.
    await load.untilAccepted(250);
    await Promise.all([killed?.kill(), gateways[1]?.kill()]);
    await load.untilAccepted(100);
    await expectServed();
    await load.stop();
    expect(load.retries()).toBe(0);
    expect(await nginx.logs()).not.toContain(secret);
  });
});
