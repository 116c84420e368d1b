import { chmodSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nonPrivateModes, pathsBelow } from '@callstream/files/testing';
import { freePort, testDatabase, testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import { connectTables } from '@callstream/tables';
import type { Tables } from '@callstream/tables';
import { poolOf } from '@callstream/tables/testing';
import { connectSilentKafka } from '../log/topic-dump.ts';
import { projectionVersion } from '@callstream/domain';
import { recordedVersions, createOlderTables } from '../rebuild/older-tables.ts';
import { launch } from '../system/service-process.ts';
import type { ServiceProcess } from '../system/service-process.ts';

const ports = ['INGEST_PORT', 'GATEWAY_PORT', 'INGEST_ADMIN_PORT', 'PROJECTOR_ADMIN_PORT', 'GATEWAY_ADMIN_PORT'];
const cleanup = new AsyncDisposableStack();
let env: Record<string, string>;
let db: Tables;
let folder: string;

/** A topic and a database of an older version, and a folder for `npm start`. */
beforeAll(async () => {
  // The most permissive umask: child processes inherit it.
  const umask = process.umask(0);
  cleanup.defer(() => void process.umask(umask));
  folder = await mkdtemp(join(tmpdir(), 'callstream-start-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  const { url } = cleanup.use(await testDatabase());
  const [brokers, topic, version = ''] = [testKafkaBrokers(), testTopicName(), recordedVersions[0]];
  await createOlderTables({ kafka: connectSilentKafka(brokers), topic, databaseUrl: url, version });
  db = cleanup.adopt(connectTables({ url, max: 2 }), (pool) => pool.end());
  env = { KAFKA_BROKERS: brokers.join(), KAFKA_TOPIC: topic, DATABASE_URL: url };
  Object.assign(env, { DATA_DIR: folder, PROJECTOR_GROUP: topic });
  for (const name of ports) env[name] = String(await freePort());
});
afterAll(() => cleanup.disposeAsync());

const npmStart = () => launch({ name: 'npm start', args: ['tools/start.mjs'], env });

const untilPrinted = (started: ServiceProcess, text: string): Promise<unknown> =>
  until(
    () => {
      if (started.hasEnded()) throw new Error(started.tail());
      return started.hasPrinted(text);
    },
    { onTimeout: () => new Error(started.tail()) },
  );

const post = async (callId: string): Promise<number> => {
  const response = await fetch(`http://127.0.0.1:${env['INGEST_PORT'] ?? ''}/webhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'call.new', call_id: callId }),
  });
  return response.status;
};

it('npm start names a port that is in use, and the setting that changes it', async () => {
  const blocker = createServer().listen(Number(env['GATEWAY_PORT']), '127.0.0.1');
  const refused = npmStart();
  await expect(refused.exited).resolves.toBe(1);
  expect(refused.tail()).toContain('or set GATEWAY_PORT to another port.');
  await new Promise((done) => blocker.close(done));
});

it('npm start rebuilds tables of an older version, accepts webhooks meanwhile, and can be stopped', async () => {
  // An open transaction on the positions blocks the swap.
  const reader = await poolOf(db).connect();
  await reader.query('begin; select * from projection.positions');
  await using started = npmStart();
  await untilPrinted(started, 'The swap waits');
  expect(started.tail()).toContain(`and this code is of version ${projectionVersion}: they are rebuilt.`);
  expect(started.tail()).toMatch(/\d+ of \d+ records \(100 %\), [\d,]+\/s, ETA 0 s/);
  await until(
    () =>
      post('meanwhile').then(
        (status) => status === 200,
        () => false,
      ),
    {
      onTimeout: () => new Error(started.tail()),
    },
  );
  await started.stop();
  await expect(started.exited).resolves.toBe(0);
  expect(started.tail()).toContain('Stopped.');
  await reader.query('commit');
  reader.release();
});

it('npm start resumes the rebuild, then runs all services, only once per folder, until it is stopped', async () => {
  await using started = npmStart();
  await untilPrinted(started, 'callstream is ready');
  expect(started.tail()).toContain('Resuming the rebuild');
  expect(started.tail()).toContain(`The tables of version ${projectionVersion} are live.`);
  expect(await post('after')).toBe(200);
  const projected = () => poolOf(db).query(`select from projection.calls where call_id in ('meanwhile', 'after')`);
  await until(async () => (await projected()).rowCount === 2, {
    onTimeout: () => new Error(started.tail()),
  });

  const second = npmStart();
  await expect(second.exited).resolves.toBe(1);
  expect(second.tail()).toContain('callstream already runs on');

  // Logs, lock, passwords and spool.
  expect(pathsBelow(folder).length).toBeGreaterThan(8);
  expect([nonPrivateModes(folder), statSync(folder).mode & 0o777]).toEqual([[], 0o755]);
  await started.stop();
  await expect(started.exited).resolves.toBe(0);
  expect(started.tail()).toContain('Stopped.');
});
