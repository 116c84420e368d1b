import { DatabaseSync } from 'node:sqlite';
import { mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectKafka, createLog, ensureTopics } from '@callstream/runtime';
import { setTopicSettings } from '@callstream/runtime/testing';
import { testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import { startIngest } from '../system/ingest.ts';
import type { Ingest, IngestOptions } from '../system/ingest.ts';
import { readLog } from '../log/read-log.ts';
import { createSender } from '../load/sender.ts';
import { launch } from '../system/service-process.ts';

const log = createLog({ service: 'e2e', level: 'silent' });
const kafka = connectKafka({ brokers: testKafkaBrokers(), clientId: 'e2e', log });
/** No broker listens there. */
const unreachable = ['127.0.0.1:1'];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'callstream-spool-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function newTopic(): Promise<string> {
  const topic = testTopicName();
  await ensureTopics(kafka, { topic, partitions: 3, log });
  return topic;
}
const start = (options: Partial<IngestOptions> & { topic: string }) =>
  startIngest({ brokers: unreachable, dataDir: folder, ...options });
const body = (i: number, bytes = 0): string =>
  JSON.stringify({ type: 'call.new', call_id: `spool.${i}`, timestamp: '2026-03-02T10:00:00Z', x: 'x'.repeat(bytes) });
const bodies = (count: number): string[] => Array.from({ length: count }, (_, i) => body(i));
const spooled = (ingest: Ingest): Promise<number> => ingest.metric('callstream_ingest_spool_records');
/** One, or one of each worker. */
const spools = async (): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.startsWith('spool')).map((name) => join(folder, name));
async function filesOfSpools(pattern: RegExp): Promise<string[]> {
  const files = await Promise.all(
    (await spools()).map(async (spool) => (await readdir(spool)).map((name) => join(spool, name))),
  );
  return files.flat().filter((file) => pattern.test(file));
}
const segments = (): Promise<string[]> => filesOfSpools(/\/\d+\.db$/);
/** Locks all segments, which blocks every write. @returns unlocks them */
async function lockSegments(): Promise<() => void> {
  const lockers = (await segments()).map((segment) => new DatabaseSync(segment));
  for (const locker of lockers) locker.exec('begin immediate');
  return () => {
    for (const locker of lockers) {
      locker.exec('rollback');
      locker.close();
    }
  };
}

async function post(ingest: Ingest, all: readonly string[]): Promise<number[]> {
  await using sender = createSender(ingest.webhookUrl, 20);
  return (await sender.postAll(all)).map(({ status }) => status);
}
async function postAllAccepted(ingest: Ingest, all: readonly string[]): Promise<void> {
  expect((await post(ingest, all)).filter((status) => status !== 200)).toEqual([]);
}
const callsInLog = async (topic: string): Promise<Set<string | null>> =>
  new Set((await readLog(kafka, topic)).map(({ callId }) => callId));
const drained = (ingest: Ingest) =>
  until(async () => (await spooled(ingest)) === 0, {
    onTimeout: () =>
      new Error(`The spool is not empty: callstream_ingest_spool_records is not 0.\n${ingest.service.tail()}`),
  });
/** Retries as a provider does, until the event is accepted. */
const untilAccepted = (ingest: Ingest, event: string) =>
  until(async () => (await post(ingest, [event]))[0] === 200, {
    onTimeout: () => new Error(`ingest does not accept webhooks again.\n${ingest.service.tail()}`),
  });

it('the spool keeps accepted events over kill -9, and sends them when Kafka is available', async () => {
  const topic = await newTopic();
  {
    await using ingest = await start({ topic });
    await postAllAccepted(ingest, bodies(1_000));
    await ingest.service.kill();
  }
  await using ingest = await start({ topic, brokers: testKafkaBrokers() });
  await drained(ingest);
  expect((await callsInLog(topic)).size).toBe(1_000);
  expect(await segments()).toEqual([]);
});

it('`ingest drain --dir` drains the spool of a stopped instance, and refuses that of a running one', async () => {
  const topic = await newTopic();
  const drain = async (dir: string) => {
    const args = ['apps/ingest/src/main.ts', 'drain', '--dir', dir];
    const env = { KAFKA_BROKERS: testKafkaBrokers().join(','), KAFKA_TOPIC: topic };
    await using command = launch({ name: 'drain', args, env });
    return { code: await command.exited, output: command.tail() };
  };
  {
    await using ingest = await start({ topic });
    await postAllAccepted(ingest, bodies(300));
    expect(await drain(join(folder, 'spool'))).toEqual({
      code: 1,
      output: expect.stringContaining('is used by another process') as string,
    });
  }
  for (const dir of await spools())
    expect(await drain(dir)).toEqual({
      code: 0,
      output: expect.stringMatching(/\b([1-9]\d*) of \1 events \(100 %\)/) as string,
    });
  expect((await callsInLog(topic)).size).toBe(300);
  expect(await drain(join(folder, 'elsewhere'))).toMatchObject({ code: 1 });
});

it('a second ingest on the same spool folder does not start, and says why', async () => {
  const topic = await newTopic();
  await using _first = await start({ topic });
  await expect(start({ topic })).rejects.toThrow(/is used by another process that runs.*DATA_DIR/s);
});

it('a full spool (SPOOL_MAX_BYTES) answers 503 with Retry-After, and ingest is not ready', async () => {
  const topic = await newTopic();
  await using ingest = await start({ topic, env: { SPOOL_MAX_BYTES: '200000' } });
  const statuses = await post(ingest, bodies(600));
  const accepted = statuses.filter((status) => status === 200).length;
  expect([accepted > 100, statuses.filter((status) => status === 503).length]).toEqual([true, 600 - accepted]);
  expect(await spooled(ingest)).toBe(accepted);
  expect(await ingest.metric('callstream_ingest_spool_bytes')).toBeLessThanOrEqual(200_000);
  expect(await ingest.readyz()).toEqual({
    status: 503,
    text: expect.stringMatching(/^Kafka does not answer \(.*ECONNREFUSED.*\)\. The spool is full\.$/) as string,
  });
  const response = await fetch(ingest.webhookUrl, { method: 'POST', body: Buffer.from(body(0, 2_000)) });
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
});

it('on a full disk ingest answers 503, keeps accepted events, and recovers with Kafka', async () => {
  const topic = await newTopic();
  // A file size limit of 2 MB: SQLite reports it as a full disk.
  await using ingest = await start({ topic, fileBytesMax: 2_000_000 });
  const statuses = await post(
    ingest,
    Array.from({ length: 200 }, (_, i) => body(i, 50_000)),
  );
  expect(new Set(statuses)).toEqual(new Set([200, 503]));
  const accepted = statuses.flatMap((status, i) => (status === 200 ? [`spool.${i}`] : []));
  // A slow disk may store events after their request timed out.
  expect(await spooled(ingest)).toBeGreaterThanOrEqual(accepted.length);
  await untilAccepted(ingest, body(1_000));
  const kept = await spooled(ingest);
  expect(kept).toBeGreaterThanOrEqual(accepted.length + 1);
  await ingest.service.kill();

  await using again = await start({ topic, brokers: testKafkaBrokers() });
  await drained(again);
  expect((await readLog(kafka, topic)).length).toBeGreaterThanOrEqual(kept);
  expect([...(await callsInLog(topic))]).toEqual(expect.arrayContaining([...accepted, 'spool.1000']));
});

it('on a hanging disk ingest answers 503, and stays responsive', async () => {
  const topic = await newTopic();
  await using ingest = await start({ topic });
  await postAllAccepted(ingest, bodies(100));
  const unlock = await lockSegments();
  expect(await post(ingest, [body(11), body(12)])).toEqual([503, 503]);
  // The thread that serves the admin port serves the webhooks, too.
  expect((await ingest.readyz()).status).toBe(200);
  unlock();
  await untilAccepted(ingest, body(13));
});

it('a hanging disk does not delay events on their way to Kafka', async () => {
  const topic = await newTopic();
  {
    await using ingest = await start({ topic });
    await postAllAccepted(ingest, bodies(50));
  }
  const unlock = await lockSegments();
  await using ingest = await start({ topic, brokers: testKafkaBrokers() });
  // Now the spool's thread waits for the disk to record what it has sent.
  await until(async () => (await callsInLog(topic)).size > 0, {
    onTimeout: () => new Error('The spool has sent nothing to Kafka.'),
  });
  // An event that waited for the disk would be refused.
  await postAllAccepted(ingest, bodies(200));
  expect(await ingest.metric('callstream_ingest_accepted_total')).toBe(200);
  unlock();
  await drained(ingest);
});

it('an unreadable spool file is quarantined and logged, and the other files are sent', async () => {
  const topic = await newTopic();
  {
    await using ingest = await start({ topic });
    await postAllAccepted(ingest, bodies(100));
  }
  const torn = await segments();
  for (const segment of torn) {
    await using file = await open(segment, 'r+');
    await file.write(Buffer.alloc(10_000, 0xff), 0, 10_000, 8_192);
  }
  await writeFile(join(folder, 'spool', '000000000099.db'), 'this is no database, and never was one'.repeat(100));
  {
    await using ingest = await start({ topic });
    await until(() => Promise.resolve(ingest.service.hasPrinted('spool.torn-file')), {
      onTimeout: () => new Error(ingest.service.tail()),
    });
    expect(await ingest.metric('callstream_ingest_spool_torn_files')).toBe(torn.length + 1);
    await postAllAccepted(ingest, [body(500)]);
  }
  await using ingest = await start({ topic, brokers: testKafkaBrokers() });
  await drained(ingest);
  expect([...(await callsInLog(topic))]).toEqual(['spool.500']);
  expect(await filesOfSpools(/\.db\.torn$/)).toHaveLength(torn.length + 1);
});

it('a spooled record that Kafka refuses for good is quarantined, and the others are sent', async () => {
  const topic = await newTopic();
  {
    await using ingest = await start({ topic });
    await postAllAccepted(ingest, [body(1), body(2, 200_000), body(3)]);
  }
  await setTopicSettings(kafka, topic, { 'max.message.bytes': '100000' });
  await using ingest = await start({ topic, brokers: testKafkaBrokers() });
  await drained(ingest);
  expect(await ingest.metric('callstream_ingest_spool_refused_records')).toBe(1);
  expect([...(await callsInLog(topic))].toSorted()).toEqual(['spool.1', 'spool.3']);
  const quarantined = (await filesOfSpools(/\/refused\.db$/)).flatMap((file) => {
    using refused = new DatabaseSync(file, { readOnly: true });
    const hasTable = refused.prepare(`select name from sqlite_schema where name = 'refused'`).all().length > 0;
    return hasTable ? refused.prepare('select key from refused').all() : [];
  });
  expect(quarantined).toEqual([{ key: 'spool.2' }]);
});
