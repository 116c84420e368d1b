import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, lstatSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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
import { archiveFlags } from './class-archive.ts';
import { createClassArchive } from './create-class-archive.ts';
import { findJava } from './java.ts';
import { kafkaJars } from './kafka-jars.ts';
import { int16, int32, sendRequest, text as kafkaText } from './raw-request.ts';

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

/** A folder whose path has any characters, in a name of 255 bytes, the longest of a folder. */
async function createOddFolder(): Promise<string> {
  const name = `São João, 100 % #1 'a' "b" \\ = : ! 😀 `;
  const folder = join(dataDir, name + 'x'.repeat(255 - Buffer.byteLength(name)));
  await mkdir(folder);
  return folder;
}

/** Creates a topic of one partition, with one record. */
async function createFilledTopic(broker: string, topic: string): Promise<void> {
  const createTopics = { apiKey: 19, version: 2 };
  // One topic with one partition and one replica, without assignments and settings; time-out in ms; not only validated.
  const one = [int32(1), kafkaText(topic), int32(1), int16(1), int32(0), int32(0)];
  await sendRequest(broker, { ...createTopics, body: [...one, int32(30_000), Buffer.of(0)] });
  await until(async () => (await append(broker, topic)) === 0, {
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

function expectPrivate(folder = dataDir): void {
  expect(nonPrivateModes(folder)).toEqual([]);
  expect(lstatSync(folder).mode & 0o777).toBe(0o700);
  if (canBecomeNobody) expect(readableByNobody([folder, ...pathsBelow(folder)])).toEqual([]);
}

/** Starts a server in a process that is then killed, so that it cannot clean up. */
async function orphan(
  what: 'kafka' | 'postgres',
  folder = dataDir,
): Promise<{ pid: number; port: number; warned: string }> {
  const script = join(import.meta.dirname, 'orphan-server.ts');
  const parent: ChildProcess = spawn(process.execPath, [script, what, folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', LC_ALL: 'C' },
  });
  const warned = text(parent.stderr!);
  const lines = createInterface(parent.stdout!);
  const [line] = (await once(lines, 'line')) as [string];
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  return { ...(JSON.parse(line) as { pid: number; port: number }), warned: await warned };
}

describe('Postgres', () => {
  it('keeps data, address and password over a restart, leaves no process, and has fsync on by default', async () => {
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
    expect(await query(postgres.url, 'show fsync')).toEqual([{ fsync: 'on' }]);
  });

  it('orphaned by a killed parent is stopped by the next start, in a folder whose path has any characters', async () => {
    const folder = await createOddFolder();
    const left = await orphan('postgres', folder);
    expect(commandOf(left.pid)).toContain(folder);
    await using postgres = await startPostgres({ dataDir: folder, fsync: false });
    expect(commandOf(left.pid)).toBeNull();
    expect(postgres.port).toBe(left.port);
    expect(await query(postgres.url, 'select 7 as n')).toEqual([{ n: 7 }]);
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
  it('orphaned by a killed parent is stopped by the next start, and keeps records and address, in a folder whose path has any characters', async () => {
    const folder = await createOddFolder();
    const left = await orphan('kafka', folder);
    // Regression: the client of the readiness check caused a TimeoutNegativeWarning at each start.
    expect(left.warned).toBe('');
    await createFilledTopic(`127.0.0.1:${left.port}`, 'kept');
    expectPrivate(folder);
    openUp([folder, ...pathsBelow(folder)]);

    const env = Object.assign({}, process.env, { LC_ALL: 'C' });
    await createClassArchive({ env, print: () => undefined });
    const again = await (async () => {
      await using kafka = await startKafka({ dataDir: folder, env });
      expect(commandOf(left.pid)).toBeNull();
      expect(kafka.port).toBe(left.port);
      expect(await append(kafka.brokers, 'kept')).toBe(1);
      expectPrivate(folder);
      // Java starts without a word if the archive of Kafka's classes does not fit.
      const [archive] = await archiveFlags({
        java: await findJava(env),
        jars: await kafkaJars(env, () => undefined),
        env,
      });
      if (process.platform === 'linux' && archive !== undefined)
        expect(await readFile(`/proc/${kafka.pid}/maps`, 'utf8')).toContain(archive.split('=')[1]);
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
