import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Counter, Registry } from 'prom-client';
import { startAdmin } from './admin.ts';
import { createLog } from './log.ts';

const log = createLog({ service: 'test', level: 'silent' });

async function admin(ready: () => string | null | Promise<string | null>, hosts = ['127.0.0.1']) {
  const registry = new Registry();
  new Counter({ name: 'things_total', help: 'Things', registers: [registry] }).inc(3);
  const server = await startAdmin({ hosts, port: 0, ready, registry, log });
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return { status: response.status, text: await response.text() };
  };
  const statusFor = async (host: string): Promise<number | undefined> => {
    const sent = request({ host: '127.0.0.1', port: server.port, path: '/metrics', headers: { host } }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.resume();
    return response.statusCode;
  };
  return { get, statusFor, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

describe('the admin port', () => {
  it('serves liveness and metrics', async () => {
    await using service = await admin(() => null);
    expect(await service.get('/livez')).toEqual({ status: 200, text: 'ok\n' });
    expect((await service.get('/metrics')).text).toContain('things_total 3');
    expect((await service.get('/else')).status).toBe(404);
  });
  it('serves readiness, with the reason if the service is not ready', async () => {
    let reason: string | null = 'Kafka does not answer.';
    await using service = await admin(() => Promise.resolve(reason));
    expect(await service.get('/readyz')).toEqual({ status: 503, text: 'Kafka does not answer.\n' });
    reason = null;
    expect((await service.get('/readyz?verbose')).status).toBe(200);
  });
  it('has readiness as a metric', async () => {
    let reason: string | null = 'Kafka does not answer.';
    await using service = await admin(() => Promise.resolve(reason));
    expect((await service.get('/metrics')).text).toContain('callstream_ready 0');
    reason = null;
    expect((await service.get('/metrics')).text).toContain('callstream_ready 1');
  });
  it('serves metrics while the readiness check hangs', async () => {
    await using service = await admin(() => new Promise<null>(() => undefined));
    expect((await service.get('/metrics')).text).toContain('callstream_ready 0');
  });
  it('is not ready if the check throws', async () => {
    await using service = await admin(() => Promise.reject(new Error('bug')));
    expect((await service.get('/readyz')).status).toBe(503);
    expect((await service.get('/metrics')).text).toContain('callstream_ready 0');
  });
  it('on loopback rejects host names that a web page can point to it (DNS rebinding)', async () => {
    await using service = await admin(() => null);
    for (const host of ['127.0.0.1:9101', '[::1]:9101', 'localhost', 'LOCALHOST.', 'prometheus', 'a.localhost'])
      expect({ host, status: await service.statusFor(host) }).toEqual({ host, status: 200 });
    for (const host of ['rebind.example.test', '127.0.0.1.evil.example', 'evil.example@127.0.0.1'])
      expect({ host, status: await service.statusFor(host) }).toEqual({ host, status: 421 });
  });
  it('on other addresses accepts every host name: Prometheus and load balancers use their own', async () => {
    await using service = await admin(() => null, ['0.0.0.0']);
    expect(await service.statusFor('ingest-1.metrics.example.com')).toBe(200);
  });
});
