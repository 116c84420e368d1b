import { jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, lstatSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { canBecomeNobody, nonPrivateModes, pathsBelow, readableByNobody } from '@callstream/files/testing';
import { Client } from 'pg';
import {
  commandOf,
  encodeBatch,
  encodeRecords,
  produceRaw,
  startKafka,
  startPostgres,
  testKafkaBrokers,
  until,
} from './index.ts';
import { int16, int32, sendRequest, text as kafkaText } from './raw-request.ts';

jest.setTimeout(90_000);

let dataDir: string;
let umask: number;
// The least restrictive umask, which child processes inherit.
beforeAll(() => (umask = process.umask(0)));
afterAll(() => process.umask(umask));
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'callstream-stack-')); // mode 0700, as under /root
  await chmod(dataDir, 0o700);
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Creates a topic of one partition, with one record. */
async function createFilledTopic(broker: string, topic: string): Promise<void> {
  const createTopics = { apiKey: 19, version: 2 };
  // One topic with one partition and one replica, without assignments and settings; time-out in ms; not only validated.
  const one = [int32(1), kafkaText(topic), int32(1), int16(1), int32(0), int32(0)];
  await sendRequest(broker, { ...createTopics, body: [...one, int32(30_000), Buffer.of(0)] });
  await until(async () => (await append(broker, topic)) === 0, {
    timeoutMs: 20_000,
    onTimeout: () => new Error(`Topic ${topic} has no leader.`),
  });
}

/** Appends a record to partition 0. @returns its offset; undefined if Kafka refuses it */
async function append(broker: string, topic: string): Promise<number | undefined> {
  const batch = encodeBatch({ attributes: 0, count: 1, payload: encodeRecords([Buffer.from('x')]) });
  const { errorCode, firstOffset } = await produceRaw(broker, { topic, partition: 0, batch });
  return errorCode === 0 ? firstOffset : undefined;
}

/** Makes `paths` readable for everybody, as older versions did. */
function openUp(paths: readonly string[]): void {
  for (const path of paths) chmodSync(path, lstatSync(path).isDirectory() ? 0o755 : 0o644);
}

function expectPrivate(): void {
  expect(nonPrivateModes(dataDir)).toEqual([]);
  expect(lstatSync(dataDir).mode & 0o777).toBe(0o700);
  if (canBecomeNobody) expect(readableByNobody([dataDir, ...pathsBelow(dataDir)])).toEqual([]);
}

/** Starts a server in a process that is then killed, so that it cannot clean up. */
async function orphan(what: 'kafka' | 'postgres'): Promise<{ pid: number; port: number; warned: string }> {
  const script = join(import.meta.dirname, 'orphan-server.ts');
  const parent: ChildProcess = spawn(process.execPath, [script, what, dataDir], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const warned = text(parent.stderr!);
  const lines = createInterface(parent.stdout!);
  const [line] = (await once(lines, 'line')) as [string];
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  return { ...(JSON.parse(line) as { pid: number; port: number }), warned: await warned };
}

it('Kafka and Postgres keep their data in a folder whose path has any characters', async () => {
  // Of 255 bytes, the longest name of a folder.
  const name = `São João, 100 % #1 'a' "b" \\ = : ! 😀 `;
  const folder = join(dataDir, name + 'x'.repeat(255 - Buffer.byteLength(name)));
  const [kafkaDir, postgresDir] = [join(folder, 'kafka'), join(folder, 'postgres')];
  const env = Object.assign({}, process.env, { LC_ALL: 'C' });
  for (const offset of [1, 2]) {
    const starting = [startKafka({ dataDir: kafkaDir, env }), startPostgres({ dataDir: postgresDir })] as const;
    await using kafka = await starting[0];
    await using postgres = await starting[1];
    if (offset === 1) {
      await createFilledTopic(kafka.brokers, 'kept');
      await query(postgres.url, 'create table kept as select 7 as n');
    }
    expect(await append(kafka.brokers, 'kept')).toBe(offset);
    expect(await query(postgres.url, 'select n from kept')).toEqual([{ n: 7 }]);
  }
});

describe('Postgres', () => {
  it('keeps data, address and password over a restart, and leaves no process', async () => {
    const before = await (async () => {
      await using postgres = await startPostgres({ dataDir });
      await query(postgres.url, 'create table kept as select 7 as n');
      expectPrivate();
      return { url: postgres.url, pid: postgres.pid };
    })();
    expect(commandOf(before.pid)).toBeNull();

    // Not the cluster: Postgres refuses to start if others may read it.
    openUp([dataDir, ...pathsBelow(dataDir).filter((path) => !path.includes('cluster'))]);
    expect(nonPrivateModes(dataDir)).not.toEqual([]);

    await using postgres = await startPostgres({ dataDir });
    expect(postgres.url).toBe(before.url);
    expect(await query(postgres.url, 'select n from kept')).toEqual([{ n: 7 }]);
    expectPrivate();
  });

  it('has fsync on by default', async () => {
    await using postgres = await startPostgres({ dataDir });
    expect(await query(postgres.url, 'show fsync')).toEqual([{ fsync: 'on' }]);
  });

  it('orphaned by a killed parent is stopped by the next start', async () => {
    const left = await orphan('postgres');
    expect(commandOf(left.pid)).toContain(dataDir);
    await using postgres = await startPostgres({ dataDir, fsync: false });
    expect(commandOf(left.pid)).toBeNull();
    expect(postgres.port).toBe(left.port);
  });

  it('refuses a folder that is in use', async () => {
    await using _postgres = await startPostgres({ dataDir, fsync: false });
    await expect(startPostgres({ dataDir })).rejects.toThrow(/is in use: process \d+ runs a server on it/);
  });

  it('does not kill another process that has the recorded pid', async () => {
    const stranger = spawn('sleep', ['60']);
    try {
      const owner = { pid: 999_999_999, command: 'gone' };
      await writeFile(join(dataDir, 'server.pid'), JSON.stringify({ pid: stranger.pid, owner }));
      await using _postgres = await startPostgres({ dataDir, fsync: false });
      expect(commandOf(stranger.pid!)).toContain('sleep 60');
    } finally {
      stranger.kill();
    }
  });
});

describe('Kafka', () => {
  it('orphaned by a killed parent is stopped by the next start, and keeps records and address', async () => {
    const left = await orphan('kafka');
    // Regression: the client of the readiness check caused a TimeoutNegativeWarning at each start.
    expect(left.warned).toBe('');
    await createFilledTopic(`127.0.0.1:${left.port}`, 'kept');
    expectPrivate();
    openUp([dataDir, ...pathsBelow(dataDir)]);

    const again = await (async () => {
      await using kafka = await startKafka({ dataDir });
      expect(commandOf(left.pid)).toBeNull();
      expect(kafka.port).toBe(left.port);
      expect(await append(kafka.brokers, 'kept')).toBe(1);
      expectPrivate();
      return kafka.pid;
    })();
    expect(commandOf(again)).toBeNull();
  });

  it('refuses a port that another server has', async () => {
    const [broker = ''] = testKafkaBrokers();
    const port = Number(broker.split(':')[1]);
    await expect(startKafka({ dataDir, port })).rejects.toThrow(`port ${port}: it is taken`);
  });
});

it('a server that cannot start fails with the end of its log', async () => {
  await using postgres = await startPostgres({ dataDir, fsync: false });
  await postgres[Symbol.asyncDispose]();
  await writeFile(join(dataDir, 'cluster', 'postgresql.conf'), 'no_such_setting = 1\n');
  await expect(startPostgres({ dataDir })).rejects.toThrow(/PostgreSQL ended.*The end of.*no_such_setting/s);
});
