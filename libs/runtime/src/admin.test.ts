import { Counter, Registry } from 'prom-client';
import { startAdmin } from './admin.ts';
import { createLog } from './log.ts';

const log = createLog({ service: 'test', level: 'silent' });

async function admin(ready: () => string | null | Promise<string | null>) {
  const registry = new Registry();
  new Counter({ name: 'things_total', help: 'Things', registers: [registry] }).inc(3);
  const server = await startAdmin({ hosts: ['127.0.0.1'], port: 0, ready, registry, log });
  const ask = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
  return { ask, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
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
});
