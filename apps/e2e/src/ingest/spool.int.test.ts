import { DatabaseSync } from 'node:sqlite';
import { mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectKafka, createLog, ensureTopics, withAdmin } from '@callstream/runtime';
import { testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import kafkajs from 'kafkajs';
import { startIngest } from '../system/ingest.ts';
import type { Ingest, IngestOptions } from '../system/ingest.ts';
import { readLog } from '../log/read-log.ts';
import { createSender } from '../load/sender.ts';
import { launch } from '../system/service-process.ts';

const log = createLog({ service: 'e2e', level: 'silent' });
const kafka = connectKafka({ brokers: testKafkaBrokers(), clientId: 'e2e', log });
/** Nobody listens there: Kafka is away. */
const away = ['127.0.0.1:1'];

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
  startIngest({ brokers: away, dataDir: folder, ...options });
const body = (i: number, bytes = 0): string =>
  JSON.stringify({ type: 'call.new', call_id: `spool.${i}`, timestamp: '2026-03-02T10:00:00Z', x: 'x'.repeat(bytes) });
const bodies = (count: number): string[] => Array.from({ length: count }, (_, i) => body(i));
const spooled = (ingest: Ingest): Promise<number> => ingest.metric('callstream_ingest_spool_records');
const segments = async (): Promise<string[]> =>
  (await readdir(join(folder, 'spool'))).filter((name) => /^\d+\.db$/.test(name)).toSorted();

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
    timeoutMs: 60_000,
    onTimeout: () => new Error(`The spool is not drained.\n${ingest.service.tail()}`),
  });
/** As a provider does it that was refused: once more, until it is taken. */
const takesAgain = (ingest: Ingest, event: string) =>
  until(async () => (await post(ingest, [event]))[0] === 200, {
    timeoutMs: 30_000,
    onTimeout: () => new Error(`It does not recover.\n${ingest.service.tail()}`),
  });

it('keeps what was answered with 200 over kill -9, and sends it when Kafka is there', async () => {
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
}, 90_000);

it('is emptied by `ingest drain --dir` when its instance is gone, and only then', async () => {
  const topic = await newTopic();
  const drain = async (dir: string) => {
    const args = ['apps/ingest/src/main.ts', 'drain', '--dir', dir];
    const env = { KAFKA_BROKERS: testKafkaBrokers().join(','), KAFKA_TOPIC: topic };
    await using command = launch({ name: 'drain', args, env });
    return { code: await command.exited, said: command.tail() };
  };
  const dir = join(folder, 'spool');
  {
    await using ingest = await start({ topic });
    await postAllAccepted(ingest, bodies(300));
    const { code, said } = await drain(dir);
    expect({ code, said }).toEqual({ code: 1, said: expect.stringContaining('is used by another process') as string });
  }
  const { code, said } = await drain(dir);
  expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining('300 of 300 events (100 %)') as string });
  expect((await callsInLog(topic)).size).toBe(300);
  expect(await drain(join(folder, 'elsewhere'))).toMatchObject({ code: 1 });
}, 90_000);

it('belongs to one instance: a second one on the same folder does not start, and says why', async () => {
  const topic = await newTopic();
  await using _first = await start({ topic });
  await expect(start({ topic })).rejects.toThrow(/is used by another process that runs.*DATA_DIR/s);
}, 60_000);

it('takes no more than it may: then 503 with Retry-After, and not ready', async () => {
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
  const answer = await fetch(ingest.webhookUrl, { method: 'POST', body: Buffer.from(body(0, 2_000)) });
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
}, 60_000);

it('on a full disk: 503, what was accepted stays, and with Kafka back everything goes on', async () => {
  const topic = await newTopic();
  // A file of this process may not grow beyond 2 MB: what the disk says then, SQLite takes for a full one.
  await using ingest = await start({ topic, fileBytesMax: 2_000_000 });
  const statuses = await post(
    ingest,
    Array.from({ length: 200 }, (_, i) => body(i, 50_000)),
  );
  expect(new Set(statuses)).toEqual(new Set([200, 503]));
  const accepted = statuses.flatMap((status, i) => (status === 200 ? [`spool.${i}`] : []));
  // A slow disk may store what its sender no longer waited for.
  expect(await spooled(ingest)).toBeGreaterThanOrEqual(accepted.length);
  await takesAgain(ingest, body(1_000));
  const kept = await spooled(ingest);
  expect(kept).toBeGreaterThanOrEqual(accepted.length + 1);
  await ingest.service.kill();

  await using again = await start({ topic, brokers: testKafkaBrokers() });
  await drained(again);
  expect((await readLog(kafka, topic)).length).toBeGreaterThanOrEqual(kept);
  expect([...(await callsInLog(topic))]).toEqual(expect.arrayContaining([...accepted, 'spool.1000']));
}, 120_000);

it('on a disk that hangs: 503 within 4 s, and what goes to Kafka is not delayed', async () => {
  const topic = await newTopic();
  await using ingest = await start({ topic });
  await postAllAccepted(ingest, bodies(10));
  const [segment = ''] = await segments();
  // Somebody else holds the file: every write to it waits.
  const holder = new DatabaseSync(join(folder, 'spool', segment));
  holder.exec('begin immediate');
  const began = performance.now();
  expect(await post(ingest, [body(11), body(12)])).toEqual([503, 503]);
  expect(performance.now() - began).toBeLessThan(4_000);
  // The admin port is served by the same thread as the webhooks.
  const asked = performance.now();
  expect((await ingest.readyz()).status).toBe(200);
  expect(performance.now() - asked).toBeLessThan(3_000);
  holder.exec('rollback');
  holder.close();
  await takesAgain(ingest, body(13));
}, 60_000);

it('on a disk that hangs: live events go to Kafka as if nothing were', async () => {
  const topic = await newTopic();
  {
    await using ingest = await start({ topic });
    await postAllAccepted(ingest, bodies(50));
  }
  const [segment = ''] = await segments();
  const holder = new DatabaseSync(join(folder, 'spool', segment));
  holder.exec('begin immediate');
  await using ingest = await start({ topic, brokers: testKafkaBrokers() });
  // The thread of the spool now waits for the disk, to note what it has sent.
  await until(async () => (await callsInLog(topic)).size > 0, {
    timeoutMs: 30_000,
    onTimeout: () => new Error('The spool sends nothing.'),
  });
  const began = performance.now();
  await postAllAccepted(ingest, bodies(200));
  // A live event that waited for the disk would wait for 5 s, and be refused.
  expect(performance.now() - began).toBeLessThan(5_000);
  expect(await ingest.metric('callstream_ingest_accepted_total')).toBe(200);
  holder.exec('rollback');
  holder.close();
  await drained(ingest);
}, 90_000);

it('sets a file aside that cannot be read, says so, and sends the others', async () => {
  const topic = await newTopic();
  {
    await using ingest = await start({ topic });
    await postAllAccepted(ingest, bodies(100));
  }
  const [torn = ''] = await segments();
  const file = await open(join(folder, 'spool', torn), 'r+');
  await file.write(Buffer.alloc(10_000, 0xff), 0, 10_000, 8_192);
  await file.close();
  await writeFile(join(folder, 'spool', '000000000099.db'), 'this is no database, and never was one'.repeat(100));
  {
    await using ingest = await start({ topic });
    expect(ingest.service.tail()).toContain('spool.torn-file');
    expect(await ingest.metric('callstream_ingest_spool_torn_files')).toBe(2);
    await postAllAccepted(ingest, [body(500)]);
  }
  await using ingest = await start({ topic, brokers: testKafkaBrokers() });
  await drained(ingest);
  expect([...(await callsInLog(topic))]).toEqual(['spool.500']);
  expect((await readdir(join(folder, 'spool'))).filter((name) => name.endsWith('.db.torn'))).toHaveLength(2);
}, 90_000);

it('sets a record aside that Kafka will never take, and sends the others', async () => {
  const topic = await newTopic();
  {
    await using ingest = await start({ topic });
    await postAllAccepted(ingest, [body(1), body(2, 200_000), body(3)]);
  }
  const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name: topic };
  const configEntries = [{ name: 'max.message.bytes', value: '100000' }];
  await withAdmin(kafka, (admin) =>
    admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries }] }),
  );
  await using ingest = await start({ topic, brokers: testKafkaBrokers() });
  await drained(ingest);
  expect(await ingest.metric('callstream_ingest_spool_refused_records')).toBe(1);
  expect([...(await callsInLog(topic))].toSorted()).toEqual(['spool.1', 'spool.3']);
  const refused = new DatabaseSync(join(folder, 'spool', 'refused.db'), { readOnly: true });
  expect(refused.prepare('select key from refused').all()).toEqual([{ key: 'spool.2' }]);
  refused.close();
}, 90_000);
