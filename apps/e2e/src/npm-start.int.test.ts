import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase, testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import { pickPort } from './port.ts';
import { launch } from './service.ts';

const npmStart = (env: Readonly<Record<string, string>>) =>
  launch({ name: 'npm start', args: ['tools/start.mjs'], env });

it('npm start runs everything on a Kafka and a Postgres of mine, once on a folder, says why where it cannot, and stops in order', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'callstream-start-'));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const database = cleanup.use(await testDatabase());
  const topic = testTopicName();
  const ports = ['INGEST_PORT', 'GATEWAY_PORT', 'INGEST_ADMIN_PORT', 'PROJECTOR_ADMIN_PORT', 'GATEWAY_ADMIN_PORT'];
  const env: Record<string, string> = {
    KAFKA_BROKERS: testKafkaBrokers().join(),
    KAFKA_TOPIC: topic,
    DATABASE_URL: database.url,
    DATA_DIR: folder,
    PROJECTOR_GROUP: topic,
  };
  for (const name of ports) env[name] = String(await pickPort());

  const taken = createServer().listen(Number(env['GATEWAY_PORT']), '127.0.0.1');
  const refused = npmStart(env);
  await expect(refused.exited).resolves.toBe(1);
  expect(refused.tail()).toContain('or set GATEWAY_PORT to another port.');
  await new Promise((done) => taken.close(done));

  const started = cleanup.use(npmStart(env));
  const ready = (): boolean => {
    if (started.hasEnded()) throw new Error(started.tail());
    return started.tail().includes('callstream is ready');
  };
  await until(ready, { timeoutMs: 60_000, onTimeout: () => new Error(started.tail()) });
  const posted = await fetch(`http://127.0.0.1:${env['INGEST_PORT'] ?? ''}/webhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"type":"call.new","call_id":"1"}',
  });
  expect(posted.status).toBe(200);

  const second = npmStart(env);
  await expect(second.exited).resolves.toBe(1);
  expect(second.tail()).toContain('callstream already runs on');

  await started.stop();
  await expect(started.exited).resolves.toBe(0);
  expect(started.tail()).toContain('Stopped.');
}, 120_000);
