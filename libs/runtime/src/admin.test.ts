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
  const ask = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
  const statusFor = async (host: string): Promise<number | undefined> => {
    const asked = request({ host: '127.0.0.1', port: server.port, path: '/metrics', headers: { host } }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    answer.resume();
    return answer.statusCode;
  };
  return { ask, statusFor, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

describe('the admin port', () => {
  it('says that the process lives, and its metrics', async () => {
    await using service = await admin(() => null);
    expect(await service.ask('/livez')).toEqual({ status: 200, text: 'ok\n' });
    expect((await service.ask('/metrics')).text).toContain('things_total 3');
    expect((await service.ask('/else')).status).toBe(404);
  });
  it('says whether the service can work, and if not, why', async () => {
    let reason: string | null = 'Kafka does not answer.';
    await using service = await admin(() => Promise.resolve(reason));
    expect(await service.ask('/readyz')).toEqual({ status: 503, text: 'Kafka does not answer.\n' });
    reason = null;
    expect((await service.ask('/readyz?verbose')).status).toBe(200);
  });
  it('says the same to Prometheus', async () => {
    let reason: string | null = 'Kafka does not answer.';
    await using service = await admin(() => Promise.resolve(reason));
    expect((await service.ask('/metrics')).text).toContain('callstream_ready 0');
    reason = null;
    expect((await service.ask('/metrics')).text).toContain('callstream_ready 1');
  });
  it('has metrics also while the check waits for an answer', async () => {
    await using service = await admin(() => new Promise<null>(() => undefined));
    expect((await service.ask('/metrics')).text).toContain('callstream_ready 0');
  });
  it('is not ready when the check itself fails', async () => {
    await using service = await admin(() => Promise.reject(new Error('bug')));
    expect((await service.ask('/readyz')).status).toBe(503);
    expect((await service.ask('/metrics')).text).toContain('callstream_ready 0');
  });
  it('on loopback only answers to no name that a page could have made to point here', async () => {
    await using service = await admin(() => null);
    for (const host of ['127.0.0.1:9101', '[::1]:9101', 'localhost', 'LOCALHOST.', 'prometheus', 'a.localhost'])
      expect({ host, status: await service.statusFor(host) }).toEqual({ host, status: 200 });
    for (const host of ['rebind.example.test', '127.0.0.1.evil.example', 'evil.example@127.0.0.1'])
      expect({ host, status: await service.statusFor(host) }).toEqual({ host, status: 421 });
  });
  it('on other addresses too answers to every name: Prometheus and balancers have names of their own for it', async () => {
    await using service = await admin(() => null, ['0.0.0.0']);
    expect(await service.statusFor('ingest-1.metrics.example.com')).toBe(200);
  });
});
