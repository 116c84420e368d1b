import { chmodSync, lstatSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canBecomeNobody, nonPrivateModes, pathsBelow, readableByNobody } from '@callstream/files/testing';
import { freePort, startKafka, startPostgres, until } from '@callstream/stack';
import { connectSilentKafka } from '../log/topic-dump.ts';
import { recordedVersions, createOlderTables } from '../rebuild/older-tables.ts';
import { launch } from '../system/service-process.ts';

const minutes = 60_000;
let dataDir: string;
let umask: number;

beforeAll(async () => {
  umask = process.umask(0);
  dataDir = await mkdtemp(join(tmpdir(), 'callstream-start-'));
  chmodSync(dataDir, 0o755);
});
afterAll(async () => {
  process.umask(umask);
  await rm(dataDir, { recursive: true, force: true });
});

/** The DATA_DIR of an older version's `npm start`: stopped Kafka and Postgres, with files that every user may read. */
async function createOlderFolder(): Promise<void> {
  {
    await using kafka = await startKafka({ dataDir: join(dataDir, 'kafka') });
    await using postgres = await startPostgres({ dataDir: join(dataDir, 'postgres') });
    const options = { kafka: connectSilentKafka([kafka.brokers]), topic: 'call-events', databaseUrl: postgres.url };
    await createOlderTables({ ...options, version: recordedVersions[0] ?? '' });
  }
  for (const path of pathsBelow(dataDir).filter((path) => !path.includes('cluster')))
    chmodSync(path, lstatSync(path).isDirectory() ? 0o755 : 0o644);
}

it(
  'npm start on the folder of an older version rebuilds its tables, and makes its files private',
  async () => {
    await createOlderFolder();
    if (canBecomeNobody) expect(readableByNobody([join(dataDir, 'kafka/log/meta.properties')])).toHaveLength(1);
    const env: Record<string, string> = { DATA_DIR: dataDir, KAFKA_BROKERS: '', DATABASE_URL: '' };
    for (const service of ['INGEST', 'GATEWAY'] as const) env[`${service}_PORT`] = String(await freePort());
    for (const service of ['INGEST', 'PROJECTOR', 'GATEWAY']) env[`${service}_ADMIN_PORT`] = String(await freePort());
    await using started = launch({ name: 'npm start', args: ['tools/start.mjs'], env });
    const isReady = (): boolean => {
      if (started.hasEnded()) throw new Error(started.tail());
      return started.hasPrinted('callstream is ready');
    };
    await until(isReady, { timeoutMs: 2 * minutes, onTimeout: () => new Error(started.tail()) });
    expect(started.tail()).toContain('they are rebuilt.');
    const response = await fetch(`http://127.0.0.1:${env['GATEWAY_PORT'] ?? ''}/api/calls/1772456400.30102`);
    expect(response.status).toBe(200);
    expect([nonPrivateModes(dataDir), statSync(dataDir).mode & 0o777]).toEqual([[], 0o755]);
    if (canBecomeNobody) expect(readableByNobody(pathsBelow(dataDir))).toEqual([]);
    await started.stop();
  },
  5 * minutes,
);
