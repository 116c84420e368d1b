import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPartitionOf, ensureTopics, createLog } from '@callstream/runtime';
import { createTopicWith } from '@callstream/runtime/testing';
import { freePort, startKafka, startProxy, testDatabase, testTopicName, until } from '@callstream/stack';
import { migrated, poolOf } from '@callstream/tables/testing';
import { deadlineMs, startDelegatedSystem } from '../delegator/delegated-system.ts';
import { expectAccounted } from '../delegator/expect-accounted.ts';
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
let kafka: ProxiedKafka;
beforeAll(async () => {
  kafka = await startProxiedKafka();
});
afterEach(() => kafka.proxy.resume());
afterAll(() => kafka[Symbol.asyncDispose](), 60_000);

async function newTopic(partitions = 3): Promise<string> {
  const topic = testTopicName();
  await ensureTopics(kafka.kafka, { topic, partitions, log });
  return topic;
}

const event = (callId: string, i = 0): string =>
  JSON.stringify({ type: 'call.new', call_id: callId, i, timestamp: '2026-03-02T10:00:00Z' });
const events = (count: number, name: string): string[] =>
  Array.from({ length: count }, (_, i) => event(`${name}.${i}`));
const uuidOf = ({ text }: WebhookResponse): string => (JSON.parse(text) as { data: { uuid: string } }).data.uuid;

/** All responses are 200, and once the spool is empty their events are in the log. */
async function expectStored(
  responses: readonly WebhookResponse[],
  { topic, ingest }: { topic: string; ingest: Ingest },
) {
  expect(responses.filter(({ status }) => status !== 200)).toEqual([]);
  await until(async () => (await ingest.metric('callstream_ingest_spool_records')) === 0, {
    onTimeout: () =>
      new Error(`The spool is not empty: callstream_ingest_spool_records is not 0.\n${ingest.service.tail()}`),
  });
  const stored = new Set((await readLog(kafka.kafka, topic)).map(({ uuid }) => uuid));
  expect(responses.map(uuidOf).filter((uuid) => !stored.has(uuid))).toEqual([]);
}

const spooled = (ingest: Ingest): Promise<number> => ingest.metric('callstream_ingest_spool_records');
/** Providers time out after 5 s. */
const responseMsMax = 4_000;

/**
 * Posts over 20 connections. `slowestMs`: the longest time from sending a request to its response, without the time that it
 * waits for a connection: two partitions may time out one after the other, 2.5 s each.
 */
async function postTimed(
  ingest: Ingest,
  bodies: readonly string[],
): Promise<{ responses: WebhookResponse[]; slowestMs: number }> {
  const connections = 20;
  await using sender = createSender(ingest.webhookUrl, connections);
  const responses: WebhookResponse[] = [];
  let slowestMs = 0;
  const pending = bodies.values();
  const postNext = async (): Promise<void> => {
    for (const body of pending) {
      const began = performance.now();
      responses.push(await sender.post(body));
      slowestMs = Math.max(slowestMs, performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: connections }, postNext));
  return { responses, slowestMs };
}

describe('while Kafka is unavailable', () => {
  it('ingest starts without Kafka, stores webhooks on disk, answers 200, and sends them later', async () => {
    const topic = await newTopic();
    await kafka.proxy.refuse();
    await using ingest = await startIngest({ brokers: kafka.brokers, topic });
    const { responses } = await postTimed(ingest, events(200, 'start'));
    expect(await spooled(ingest)).toBe(200);
    const { status, text } = await ingest.readyz();
    expect(status).toBe(200);
    expect(text).toMatch(/^ok: Kafka does not answer \(.*ECONNREFUSED.*\)\. Events go to the spool, where 200 wait\.$/);
    await kafka.proxy.resume();
    await expectStored(responses, { topic, ingest });
    expect((await ingest.readyz()).text).toBe('ok');
  });

  it('ingest stores webhooks on disk, answers 200, and sends them later, while Kafka refuses connections and then hangs', async () => {
    const topic = await newTopic();
    await using ingest = await startIngest({ brokers: kafka.brokers, topic });
    const all: WebhookResponse[] = [];
    const post = async (name: string) => {
      const { responses, slowestMs } = await postTimed(ingest, events(300, name));
      all.push(...responses);
      return slowestMs;
    };
    await post('before');
    expect(await spooled(ingest)).toBe(0);
    const during = post('during');
    await kafka.proxy.refuse();
    await during;
    await post('refused');
    expect(await spooled(ingest)).toBeGreaterThanOrEqual(300);
    await kafka.proxy.resume();
    await post('back');
    kafka.proxy.stall();
    // Requests to a hanging broker time out after 2.5 s; later ones do not wait for it.
    expect(await post('hanging')).toBeLessThan(responseMsMax);
    await kafka.proxy.resume();
    await expectStored(all, { topic, ingest });
  });

  it('ingest loses no webhook while the broker restarts', async () => {
    const topic = await newTopic();
    await using ingest = await startIngest({ brokers: kafka.brokers, topic });
    const restarting = kafka.restart();
    const responses: WebhookResponse[] = [];
    const back = restarting.then(() => true);
    for (let i = 0; !(await Promise.race([back, Promise.resolve(false)])); i++)
      responses.push(...(await postTimed(ingest, events(20, `restart.${i}`))).responses);
    await expectStored(responses, { topic, ingest });
  });

  it('ingest without a spool answers 503 with Retry-After', async () => {
    const topic = await newTopic();
    await using ingest = await startIngest({ brokers: kafka.brokers, topic, env: { SPOOL_MAX_BYTES: '0' } });
    await kafka.proxy.refuse();
    const response = await fetch(ingest.webhookUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: event('none'),
    });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    const { status, text } = await ingest.readyz();
    expect(status).toBe(503);
    expect(text).toMatch(/^Kafka does not answer( \(.*\))?\. There is no spool\.$/);
  });
});

it('delegators account for the calls in flight and those of an outage of Kafka, though one of two is killed meanwhile', async () => {
  const { brokers, proxy } = kafka;
  const faults = ['--fault', 'slow=1', '--slow-ms', '700'];
  await using system = await startDelegatedSystem({ brokers, faults });
  const patient = { DELEGATOR_TIMEOUT_MS: String(deadlineMs) };
  const [delegator, other, ingest] = await Promise.all([
    system.startDelegator(patient),
    system.startDelegator(patient),
    startIngest({ brokers, topic: system.topic }),
  ]);
  await using _ingest = ingest;
  const standBy = (count: number): Promise<string[]> =>
    Promise.all(Array.from({ length: count }, () => system.standByOver(ingest.webhookUrl)));
  const inFlight = await standBy(9);
  const { actions } = system.provider;
  const beganAt = Date.now();
  // Those that a busy machine does not send within the deadline are late.
  await until(() => actions.length === inFlight.length || Date.now() > beganAt + deadlineMs, {
    everyMs: 10,
    onTimeout: () => new Error('deadline'),
  });
  await Promise.all([proxy.refuse(), other.service.kill()]);
  const missed = await standBy(3);
  const missedAt = Date.now();
  const readyz = async (): Promise<string> => (await fetch(`http://127.0.0.1:${delegator.adminPort}/readyz`)).text();
  const isNoticed = async (): Promise<boolean> =>
    (await readyz()).startsWith('No call is answered: Kafka does not answer') && Date.now() > missedAt + deadlineMs;
  await until(isNoticed, {
    onTimeout: () => new Error('/readyz does not notice that Kafka is away.'),
  });
  const [last = ''] = await standBy(1);
  await proxy.resume();
  const all = [...inFlight, ...missed, last];
  const { late = 0, ...others } = await expectAccounted(system, all);
  const outcomes = await system.untilSaid(missed);
  expect([...outcomes.values()].map(({ outcome }) => outcome)).toEqual(missed.map(() => 'late'));
  expect(['sent', 'unknown']).toEqual(expect.arrayContaining(Object.keys(others)));
  expect(actions.length).toBe(all.length - late);
  await until(async () => (await readyz()) === 'ok\n', { onTimeout: () => new Error('Not ready.') });
});

/** Creates a topic with these replicas for each partition. */
async function createTopicOn(assignment: readonly (readonly number[])[], minInSync: number): Promise<string> {
  const topic = testTopicName();
  await createTopicWith(kafka.kafka, { topic, assignment, settings: { 'min.insync.replicas': String(minInSync) } });
  return topic;
}

it('events of a partition whose leader hangs or is gone, or that has too few replicas, go to the spool; others are not delayed', async () => {
  await using cleanup = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'callstream-kafka-2-'));
  cleanup.defer(() => rm(dataDir, { recursive: true, force: true }));
  const port = await freePort();
  const proxy = cleanup.use(await startProxy({ to: { port } }));
  const startSecond = () => startKafka({ dataDir, port, advertisedPort: proxy.port, joins: kafka.cluster });
  let second = await startSecond();
  cleanup.defer(() => second[Symbol.asyncDispose]());
  const [topic, replicated] = [await createTopicOn([[1], [2]], 1), await createTopicOn([[1, 2]], 2)];
  await using ingest = await startIngest({ brokers: kafka.brokers, topic });
  await using strict = await startIngest({ brokers: kafka.brokers, topic: replicated });

  const partitionOf = createPartitionOf(2);
  const hanging = Array.from({ length: 100 }, (_, i) => `hanging.${i}`);
  const bodiesOf = (partition: number): string[] =>
    hanging.filter((callId) => partitionOf(callId) === partition).map((callId) => event(callId));
  // Both producers are connected.
  await postTimed(ingest, events(40, 'before'));
  proxy.stall();
  const [others, waiting] = await Promise.all([postTimed(ingest, bodiesOf(0)), postTimed(ingest, bodiesOf(1))]);
  expect(others.slowestMs).toBeLessThan(2_000);
  expect(waiting.slowestMs).toBeGreaterThan(2_000);
  await proxy.resume();
  await expectStored([...others.responses, ...waiting.responses], { topic, ingest });
  await second[Symbol.asyncDispose]();

  const count = 300;
  const unavailable = Array.from({ length: count }, (_, i) => partitionOf(`second.${i}`)).filter(
    (partition) => partition === 1,
  ).length;
  // The first batches fail as a whole: kafkajs does not say which partition failed.
  const first = await postTimed(ingest, events(count, 'second'));
  expect(first.slowestMs).toBeLessThan(responseMsMax);
  const unavailablePartitions = () => ingest.metric('callstream_ingest_partitions_away');
  await until(async () => (await unavailablePartitions()) === 1 && (await spooled(ingest)) === unavailable, {
    onTimeout: () =>
      new Error(`callstream_ingest_partitions_away is not 1, or the spool has other events.\n${ingest.service.tail()}`),
  });
  const sent = () => ingest.metric('callstream_ingest_batch_records_sum');
  const before = await sent();
  const again = await postTimed(ingest, events(count, 'second'));
  expect((await sent()) - before).toBe(count - unavailable);
  expect(await spooled(ingest)).toBe(2 * unavailable);

  const unreplicated = await postTimed(strict, events(count, 'strict'));
  expect(unreplicated.slowestMs).toBeLessThan(responseMsMax);
  expect(await spooled(strict)).toBe(count);

  second = await startSecond();
  await expectStored([...first.responses, ...again.responses], { topic, ingest });
  await expectStored(unreplicated.responses, { topic: replicated, ingest: strict });
});

it('a lost acknowledgement of Kafka causes a second delivery of an event, not a second event', async () => {
  await using database = await testDatabase({ content: migrated });
  await using system = await startSystem({
    brokers: kafka.brokers,
    topic: testTopicName(),
    databaseUrl: database.url,
    services: ['ingest', 'projector'],
  });
  await using sender = createSender(system.webhookUrl, 1);
  // In all partitions: each producer has to know the topic already when acknowledgements get lost.
  for (let i = 0; i < 40; i++) expect((await sender.post(event(`acknowledged-${i}`))).status).toBe(200);
  await system.untilProjected();
  kafka.proxy.mute();
  const response = await sender.post(event('lost'));
  await kafka.proxy.resume();
  expect(response.status).toBe(200);
  const deliveries = async (): Promise<number[]> => {
    const { rows } = await poolOf(system.db).query<{ deliveries: number }>(
      `select deliveries from events where call_id = 'lost'`,
    );
    return rows.map((row) => row.deliveries);
  };
  await until(async () => (await deliveries())[0] === 2, {
    onTimeout: () => new Error('The event does not have two deliveries.'),
  });
  expect(await deliveries()).toEqual([2]);
  await expectTablesToBeFoldOfLog(system);
});
