import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPartitionOf, createTopic, ensureTopics, createLog, withAdmin } from '@callstream/runtime';
import { startKafka, testDatabase, testTopicName, until } from '@callstream/stack';
import { startIngest } from '../system/ingest.ts';
import type { Ingest } from '../system/ingest.ts';
import { startProxiedKafka } from '../system/proxied-kafka.ts';
import type { ProxiedKafka } from '../system/proxied-kafka.ts';
import { readLog } from '../log/read-log.ts';
import { createSender } from '../load/sender.ts';
import type { WebhookResponse } from '../load/sender.ts';
import { startSystem } from '../system/system.ts';
import { expectTablesToBeFoldOfLog } from '../system/test-system.ts';

const log = createLog({ service: 'e2e', level: 'silent' });
let own: ProxiedKafka;
beforeAll(async () => {
  own = await startProxiedKafka();
}, 120_000);
afterEach(() => own.proxy.resume());
afterAll(() => own[Symbol.asyncDispose](), 60_000);

async function newTopic(partitions = 3): Promise<string> {
  const topic = testTopicName();
  await ensureTopics(own.kafka, { topic, partitions, log });
  return topic;
}

const event = (callId: string, i = 0): string =>
  JSON.stringify({ type: 'call.new', call_id: callId, i, timestamp: '2026-03-02T10:00:00Z' });
const events = (count: number, name: string): string[] =>
  Array.from({ length: count }, (_, i) => event(`${name}.${i}`));
const uuidOf = ({ text }: WebhookResponse): string => (JSON.parse(text) as { data: { uuid: string } }).data.uuid;

/** Every one of the answers is a 200, and what they speak of comes to be in the log. */
async function expectKept(answers: readonly WebhookResponse[], { topic, ingest }: { topic: string; ingest: Ingest }) {
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  await until(async () => (await ingest.metric('callstream_ingest_spool_records')) === 0, {
    timeoutMs: 60_000,
    onTimeout: () => new Error(`The spool is not drained.\n${ingest.service.tail()}`),
  });
  const stored = new Set((await readLog(own.kafka, topic)).map(({ uuid }) => uuid));
  expect(answers.map(uuidOf).filter((uuid) => !stored.has(uuid))).toEqual([]);
}

const spooled = (ingest: Ingest): Promise<number> => ingest.metric('callstream_ingest_spool_records');
/** The known senders give up after 5 s. */
const answerWithinMs = 4_000;

/**
 * Posts over 20 connections, and tells how long the slowest answer took, in ms: from when it was sent, as its sender counts. A
 * partition that shares a producer may be found out 2.5 s after another one, so that what waits for a connection waits twice.
 */
async function postTimed(
  ingest: Ingest,
  bodies: readonly string[],
): Promise<{ answers: WebhookResponse[]; slowestMs: number }> {
  const connections = 20;
  await using sender = createSender(ingest.webhookUrl, connections);
  const answers: WebhookResponse[] = [];
  let slowestMs = 0;
  const waiting = bodies.values();
  const postNext = async (): Promise<void> => {
    for (const body of waiting) {
      const began = performance.now();
      answers.push(await sender.post(body));
      slowestMs = Math.max(slowestMs, performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: connections }, postNext));
  return { answers, slowestMs };
}

describe('while Kafka is away, a webhook is stored on disk, answered with 200, and sent later', () => {
  it('from the start of ingest on', async () => {
    const topic = await newTopic();
    await own.proxy.refuse();
    await using ingest = await startIngest({ brokers: own.brokers, topic });
    const { answers } = await postTimed(ingest, events(200, 'start'));
    expect(await spooled(ingest)).toBe(200);
    const { status, text } = await ingest.readyz();
    expect(status).toBe(200);
    expect(text).toMatch(/^ok: Kafka does not answer \(.*ECONNREFUSED.*\)\. Events go to the spool, where 200 wait\.$/);
    await own.proxy.resume();
    await expectKept(answers, { topic, ingest });
    expect((await ingest.readyz()).text).toBe('ok');
  }, 90_000);

  it('in the middle of a load, refused and then hanging', async () => {
    const topic = await newTopic();
    await using ingest = await startIngest({ brokers: own.brokers, topic });
    const all: WebhookResponse[] = [];
    const post = async (name: string) => {
      const { answers, slowestMs } = await postTimed(ingest, events(300, name));
      all.push(...answers);
      return slowestMs;
    };
    await post('before');
    expect(await spooled(ingest)).toBe(0);
    const during = post('during');
    await own.proxy.refuse();
    await during;
    await post('refused');
    expect(await spooled(ingest)).toBeGreaterThanOrEqual(300);
    await own.proxy.resume();
    await post('back');
    own.proxy.stall();
    // A broker that says nothing is given up after 2.5 s, and then not waited for again.
    expect(await post('hanging')).toBeLessThan(answerWithinMs);
    await own.proxy.resume();
    await expectKept(all, { topic, ingest });
  }, 120_000);

  it('and the broker is started anew', async () => {
    const topic = await newTopic();
    await using ingest = await startIngest({ brokers: own.brokers, topic });
    const restarting = own.restart();
    const answers: WebhookResponse[] = [];
    const back = restarting.then(() => true);
    for (let i = 0; !(await Promise.race([back, Promise.resolve(false)])); i++)
      answers.push(...(await postTimed(ingest, events(20, `restart.${i}`))).answers);
    await expectKept(answers, { topic, ingest });
  }, 120_000);

  it('but without a spool it is refused with 503, to be sent again', async () => {
    const topic = await newTopic();
    await using ingest = await startIngest({ brokers: own.brokers, topic, env: { SPOOL_MAX_BYTES: '0' } });
    await own.proxy.refuse();
    const response = await fetch(ingest.webhookUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: event('none'),
    });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    const { status, text } = await ingest.readyz();
    expect(status).toBe(503);
    expect(text).toMatch(/^Kafka does not answer( \(.*\))?\. There is no spool\.$/);
  }, 60_000);
});

/** A topic whose partitions stand on these brokers; each partition on as many. */
async function topicOn(assignment: readonly (readonly number[])[], minInSync: number): Promise<string> {
  const topic = testTopicName();
  const replicaAssignment = assignment.map((replicas, partition) => ({ partition, replicas: [...replicas] }));
  const configEntries = [{ name: 'min.insync.replicas', value: String(minInSync) }];
  await withAdmin(own.kafka, (admin) => createTopic(admin, { topic, replicaAssignment, configEntries }));
  return topic;
}

it('a partition without a leader holds up no other; its events wait in the spool, as those with too few replicas do', async () => {
  await using cleanup = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'callstream-kafka-2-'));
  cleanup.defer(() => rm(dataDir, { recursive: true, force: true }));
  let second = await startKafka({ dataDir, joins: own.cluster });
  cleanup.defer(() => second[Symbol.asyncDispose]());
  const [topic, replicated] = [await topicOn([[1], [2]], 1), await topicOn([[1, 2]], 2)];
  await using ingest = await startIngest({ brokers: own.brokers, topic });
  await using strict = await startIngest({ brokers: own.brokers, topic: replicated });
  await second[Symbol.asyncDispose]();

  const count = 300;
  const partitionOf = createPartitionOf(2);
  const away = Array.from({ length: count }, (_, i) => partitionOf(`second.${i}`)).filter((one) => one === 1).length;
  // The first batches fail as a whole: which partition it was, the client does not say.
  const first = await postTimed(ingest, events(count, 'second'));
  expect(first.slowestMs).toBeLessThan(answerWithinMs);
  const partitionsAway = () => ingest.metric('callstream_ingest_partitions_away');
  await until(async () => (await partitionsAway()) === 1 && (await spooled(ingest)) === away, {
    timeoutMs: 30_000,
    onTimeout: () => new Error(`not only the partition without a leader is away\n${ingest.service.tail()}`),
  });
  const sent = () => ingest.metric('callstream_ingest_batch_records_sum');
  const before = await sent();
  const again = await postTimed(ingest, events(count, 'second'));
  expect((await sent()) - before).toBe(count - away);
  expect(await spooled(ingest)).toBe(2 * away);

  const unreplicated = await postTimed(strict, events(count, 'strict'));
  expect(unreplicated.slowestMs).toBeLessThan(answerWithinMs);
  expect(await spooled(strict)).toBe(count);

  second = await startKafka({ dataDir, joins: own.cluster });
  await expectKept([...first.answers, ...again.answers], { topic, ingest });
  await expectKept(unreplicated.answers, { topic: replicated, ingest: strict });
}, 180_000);

it('an acknowledgement that is lost makes a second delivery, and not a second event', async () => {
  await using database = await testDatabase();
  await using system = await startSystem({
    brokers: own.brokers,
    topic: testTopicName(),
    databaseUrl: database.url,
    services: ['ingest', 'projector'],
  });
  await using sender = createSender(system.webhookUrl, 1);
  expect((await sender.post(event('acknowledged'))).status).toBe(200);
  await system.projected();
  own.proxy.mute();
  const answer = await sender.post(event('lost'));
  await own.proxy.resume();
  expect(answer.status).toBe(200);
  const deliveries = async (): Promise<number[]> => {
    const { rows } = await system.db.query<{ deliveries: number }>(
      `select deliveries from events where call_id = 'lost'`,
    );
    return rows.map((row) => row.deliveries);
  };
  await until(async () => (await deliveries())[0] === 2, {
    timeoutMs: 60_000,
    onTimeout: () => new Error('It did not come twice.'),
  });
  expect(await deliveries()).toEqual([2]);
  await expectTablesToBeFoldOfLog(system);
}, 120_000);
