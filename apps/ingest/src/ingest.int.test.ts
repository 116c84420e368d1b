import type { Server } from 'node:http';
import { queueLogLinesMax } from '@callstream/contracts';
import { fixtureEvents } from '@callstream/domain/testing';
import {
  closeServers,
  connectKafka,
  connectPublisher,
  consume,
  createLog,
  createPartitionOf,
  ensureTopics,
  eventUuid,
} from '@callstream/runtime';
import type { LogRecord } from '@callstream/runtime';
import { testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import { noSpool } from '@callstream/spool';
import { createAuthentication } from './admission/credentials.ts';
import { createRateLimits } from './admission/rate-limits.ts';
import { createSenderAddresses } from './admission/sender-addresses.ts';
import { createMetrics } from './metrics.ts';
import { createBatchingPublisher } from './publish/batching-publisher.ts';
import { createPartitionBreakers } from './publish/circuit-breaker.ts';
import { createPublish } from './publish/publish.ts';
import { asteriskEdge } from './sources/asterisk.ts';
import { teravozEdge } from './sources/teravoz.ts';
import { createApp } from './webhook/app.ts';
import { createReadBody } from './webhook/body.ts';
import { answerBrokenRequest } from './webhook/broken-request.ts';
import { createReportRefusal } from './webhook/report-refusal.ts';
import { listenForWebhooks } from './webhook/server.ts';

const log = createLog({ service: 'test', level: 'silent' });
const topic = testTopicName();
const kafka = connectKafka({ brokers: testKafkaBrokers(), clientId: 'ingest-test', log });
const partitions = 3;
const bodyBytesMax = 100_000;
const cleanup = new AsyncDisposableStack();
const received: LogRecord[] = [];
let servers: Server[] = [];
let url: string;

beforeAll(async () => {
  await ensureTopics(kafka, { topic, partitions, log });
  const publisher = cleanup.use(await connectPublisher(kafka));
  const metrics = createMetrics();
  const spool = noSpool();
  const breakers = createPartitionBreakers(() => false);
  const publish = createPublish({
    // A busy machine is slow, and without a spool an event that Kafka does not acknowledge in time gets 503.
    publisher: createBatchingPublisher({ publishers: [publisher], breakers, metrics, log, deadlineMs: 60_000 }),
    spool,
    topic,
    partitionOf: createPartitionOf(partitions),
    log,
  });
  const authentication = createAuthentication({ path: [], basic: [], bearer: [], hmac: [] });
  const senders = createSenderAddresses({ trustedProxies: [], allowed: [], onUnreadable: () => undefined });
  const reportRefusal = createReportRefusal(metrics, log);
  const handle = createApp({
    edges: [teravozEdge(authentication), asteriskEdge(authentication)],
    webhook: { publish, readBody: createReadBody(() => bodyBytesMax), metrics },
    admission: { senders, rateLimits: createRateLimits({ requestsPerSecond: 0, refusedPerMinute: 0 }) },
    origins: [],
    hosts: [],
    reportRefusal,
    log,
  }).callback();
  const listening = await listenForWebhooks((request, response) => void handle(request, response), {
    hosts: ['127.0.0.1'],
    port: 0,
    connectionsMax: 10_000,
    onClientError: answerBrokenRequest(reportRefusal, senders),
    metrics,
    log,
  });
  ({ servers } = listening);
  url = `http://127.0.0.1:${listening.port}/webhook`;
  const positions = new Map<number, number>();
  cleanup.use(
    await consume(kafka, {
      groupId: topic,
      topic,
      concurrency: 1,
      positions: () => positions,
      commit: false,
      log,
      onBatch: ({ partition, records }) => {
        received.push(...records);
        const next = records.at(-1)!.offset + 1;
        positions.set(partition, next);
        return Promise.resolve(next);
      },
    }),
  );
});
afterAll(async () => {
  for (const server of servers) server.closeAllConnections();
  await closeServers(servers);
  await cleanup.disposeAsync();
});

const post = (body: string | Buffer, headers: Record<string, string> = {}, path = '') =>
  fetch(url + path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
const uuidOf = async (response: Response) => ((await response.json()) as { data: { uuid: string } }).data.uuid;
const recordOf = async (uuid: string): Promise<LogRecord> => {
  const find = () => received.find(({ headers }) => headers.get('ce_id')?.toString() === uuid);
  await until(() => find() !== undefined, { onTimeout: () => new Error(`no record ${uuid}`) });
  return find()!;
};

describe('an accepted webhook', () => {
  it('becomes a record with the body byte for byte, the call as key, and CloudEvents headers', async () => {
    const body =
      '\uFEFF {"type":"call.new", "call_id":1463669263.30030,"timestamp":"2026-03-02T10:00:00-03:00","x":"Verão ☀️"}';
    const response = await post(body);
    const text = await response.text();
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect(JSON.parse(text)).toMatchObject({
      status: 'ok',
      data: { uuid: eventUuid(Buffer.from(body)), aggregate_id: '1463669263.30030', event: { x: 'Verão ☀️' } },
    });
    const record = await recordOf(eventUuid(Buffer.from(body)));
    expect(record.value).toEqual(Buffer.from(body));
    expect(record.key?.toString()).toBe('1463669263.30030');
    expect(record.partition).toBe(createPartitionOf(partitions)('1463669263.30030'));
    const headers = Object.fromEntries([...record.headers].map(([name, value]) => [name, value?.toString()]));
    expect(headers).toEqual({
      ce_specversion: '1.0', ce_id: eventUuid(Buffer.from(body)), ce_type: 'call.new', ce_source: '/callstream/ingest', ce_time: '2026-03-02T13:00:00.000Z',
      'content-type': 'application/json', received_at: expect.stringMatching(/^20\d\d-.*\.\d{3}Z$/) as string,
    }); // prettier-ignore
  });
  it('without a valid timestamp gets a new uuid each time', async () => {
    const [one, two] = [
      await uuidOf(await post('{"type":"x"}')),
      await uuidOf(await inTheNextMillisecond(() => post('{"type":"x"}'))),
    ];
    expect(one).not.toBe(two);
    expect((await recordOf(one)).key?.toString()).toBe(one);
  });
  it('may be any event of the fixtures', async () => {
    const statuses = await Promise.all(
      [...fixtureEvents.values()].flat().map(async (line) => (await post(line)).status),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
  });
  it('may be one of 5,000 small and 40 large events of one call, 500 at once', async () => {
    const small = Array.from({ length: 5_000 }, (_, i) => `{"type":"x","call_id":"one","i":${i}}`);
    const large = Array.from(
      { length: 40 },
      (_, i) => `{"type":"x","call_id":"one","i":${i},"x":"${'x'.repeat(32_000)}"}`,
    );
    // 500 at once, not all: sender, server and reader share one process.
    const statuses: number[] = [];
    const bodies = [...small, ...large].values();
    const send = async (): Promise<void> => {
      for (const body of bodies) statuses.push((await post(body)).status);
    };
    await Promise.all(Array.from({ length: 500 }, send));
    expect(statuses).toHaveLength(small.length + large.length);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
  });
});

/** The uuid depends on the time of reception: two posts in the same millisecond would be duplicates. */
async function inTheNextMillisecond<T>(action: () => Promise<T>): Promise<T> {
  const now = Date.now();
  await until(() => Date.now() > now, { timeoutMs: 1_000, onTimeout: () => new Error('the clock does not advance') });
  return action();
}

describe('an event of an Asterisk', () => {
  const joined = (n: number): string =>
    JSON.stringify({ Event: 'QueueCallerJoin', Timestamp: '1795900700.577390', Linkedid: `${n}.1`, Queue: 'support' });
  const postTo = (path: string, body: string, headers: Record<string, string> = {}) =>
    fetch(url.replace('/webhook', path), {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });

  it('becomes a record with its source and, of a named PBX, the name', async () => {
    const answers = [await postTo('/from/asterisk', joined(1)), await postTo('/from/asterisk/lisbon', joined(1))];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const [first, named] = await Promise.all(answers.map(async (answer) => recordOf(await uuidOf(answer))));
    const headersOf = (record: LogRecord | undefined) =>
      ['source', 'source_name', 'ce_type', 'hints'].map((name) => record?.headers.get(name)?.toString());
    expect([first?.value?.toString(), first?.key?.toString()]).toEqual([joined(1), '1.1']);
    expect(headersOf(first)).toEqual(['asterisk', undefined, 'QueueCallerJoin', undefined]);
    expect(named?.key?.toString()).toBe('lisbon:1.1');
    expect(headersOf(named)).toEqual(['asterisk', 'lisbon', 'QueueCallerJoin', undefined]);
  });
  it('carries what the connector knows of the dial plan in the header hints', async () => {
    const answer = await postTo('/from/asterisk', joined(2), { 'callstream-hints': '{"queue":"caf\\u00e9"}' });
    expect(await answer.clone().json()).toEqual({
      status: 'ok',
      data: { uuid: expect.any(String) as string, aggregate_id: '2.1' },
    });
    const { headers } = await recordOf(await uuidOf(answer));
    expect(headers.get('hints')?.toString()).toBe('{"queue":"caf\\u00e9"}');
  });
  it('comes in batches of lines of a queue_log, which have the same hints, and are stored all or none', async () => {
    const ndjson = { 'content-type': 'application/x-ndjson', 'callstream-hints': '{"imported":true}' };
    const lines = [1, 2, 3].map((i) => `{"line":"170000000${i}|5.1|q|NONE|ENTERQUEUE||1|1"}`);
    const isLine = ({ value }: LogRecord): boolean => lines.includes(value?.toString() ?? '');
    const refused = await postTo('/from/asterisk', `${lines.join('\n')}\nno event\n`, ndjson);
    expect([refused.status, received.some(isLine)]).toEqual([400, false]);
    const tooMany = [...lines, ...Array.from({ length: queueLogLinesMax - 2 }, (_, i) => `{"line":"${i}"}`)];
    const tooLarge = await postTo('/from/asterisk', tooMany.join('\n'), ndjson);
    expect(await tooLarge.json()).toMatchObject({ status: 413, detail: 'The batch has more than 2000 lines.' });
    expect(received.some(isLine)).toBe(false);
    const answer = await postTo('/from/asterisk', `${lines.join('\n')}\n`, ndjson);
    expect(await answer.json()).toEqual({ status: 'ok', data: { stored: 3 } });
    await until(() => received.filter(isLine).length === 3, {
      onTimeout: () => new Error('3 lines'),
    });
    expect(received.filter(isLine).map(({ headers }) => headers.get('hints')?.toString())).toEqual(
      lines.map(() => '{"imported":true}'),
    );
  });
  it.each([
    ['a name that is none', () => postTo('/from/asterisk/Lis_bon', joined(3)), 400],
    ['hints that are no JSON', () => postTo('/from/asterisk', joined(3), { 'callstream-hints': 'up' }), 400],
    ['no "Event"', () => postTo('/from/asterisk', '{"type":"call.new"}'), 400],
    ['two names', () => postTo('/from/asterisk/lisbon/porto', joined(3)), 404],
    ['the path of no source', () => postTo('/from/elsewhere', joined(3)), 404],
  ])('with %s is refused', async (_, request, status) => expect((await request()).status).toBe(status));
});

it('serves its OpenAPI description', async () => {
  const answer = await fetch(url.replace('/webhook', '/openapi.json'));
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
  expect(await answer.json()).toMatchObject({ openapi: '3.1.0', paths: { '/webhook': { post: {} } } });
});

describe('a request', () => {
  const good = '{"type":"x"}';
  it.each([
    ['a body one byte over the limit', () => post(`{"type":"x","a":"${'x'.repeat(bodyBytesMax - 18)}"}`), 413],
    ['a body that is not JSON', () => post('{'), 400],
    ['an array', () => post('[]'), 400],
    ['a body that is not UTF-8', () => post(Buffer.from([0x7b, 0xff, 0x7d])), 400],
    ['an empty body', () => post(''), 400],
    ['gzip', () => post(good, { 'content-encoding': 'gzip' }), 415],
    ['content type text', () => post(good, { 'content-type': 'text/plain' }), 415],
    ['a form', () => post(good, { 'content-type': 'application/x-www-form-urlencoded' }), 415],
    ['utf-16', () => post(good, { 'content-type': 'application/json; charset=utf-16' }), 415],
    ['another path', () => post(good, {}, 's'), 404],
    ['a double slash', () => fetch(url.replace('/webhook', '//webhook'), { method: 'POST', body: good }), 404],
    ['GET', () => fetch(url), 405],
    ['PUT', () => fetch(url, { method: 'PUT', body: good }), 405],
    ['OPTIONS', () => fetch(url, { method: 'OPTIONS' }), 405],
  ])('with %s gets problem+json', async (_, request, status) => {
    const response = await request();
    expect([response.status, response.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
    expect(await response.json()).toMatchObject({
      status,
      type: expect.stringMatching(/^urn:/) as string,
      detail: expect.any(String) as string,
    });
    expect(response.headers.get('allow')).toBe(status === 405 ? 'POST' : null);
    expect((await post(good)).status).toBe(200);
  });
  it.each([
    ['a body of exactly the limit', () => post(`{"type":"x","a":"${'x'.repeat(bodyBytesMax - 19)}"}`)],
    ['+json', () => post(good, { 'content-type': 'application/cloudevents+json; charset="UTF-8"' })],
    ['no content type', () => fetch(url, { method: 'POST', body: Buffer.from(good) })],
    ['a trailing slash', () => post(good, {}, '/')],
  ])('with %s is accepted', async (_, request) => expect((await request()).status).toBe(200));
});
