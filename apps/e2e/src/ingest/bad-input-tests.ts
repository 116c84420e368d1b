import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Problem } from '@callstream/contracts';
import { describeTopic } from '@callstream/runtime';
import { Client } from 'undici';
import { poolOf } from '@callstream/tables/testing';
import { openDashboard } from '../clients/dashboard.ts';
import { createSender } from '../load/sender.ts';
import type { System } from '../system/system.ts';
import { expectTablesToBeFoldOfLog } from '../system/test-system.ts';

interface WebhookRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

const secret = 'secret-of-the-caller';
const nested = (depth: number): string => `{"type":"x","a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
const notEvents: Record<string, string | Buffer> = {
  nothing: '',
  null: 'null',
  'an array': '[]',
  'a string': '"x"',
  'a truncated object': `{"type":"call.new","call_id":"${secret}`,
  'two documents': '{"type":"a"}{"type":"b"}',
  'invalid UTF-8': Buffer.concat([Buffer.from('{"type":"'), Buffer.from([0xff]), Buffer.from('"}')]),
  'no type': `{"call_id":"${secret}"}`,
  'an empty type': '{"type":""}',
  'a type that is not a string': '{"type":7}',
  '33 levels': nested(33),
  '5,000 levels': nested(5_000),
  'the key __proto__': '{"type":"x","__proto__":{"a":1}}',
  'the key constructor, deep inside': '{"type":"x","a":[{"constructor":1}]}',
  'the key prototype': '{"type":"x","prototype":1}',
};

const oddEvents: Record<string, string> = {
  'NUL in a value': '{"type":"call.new","call_id":"p1","note":"a\\u0000b"}',
  'NUL in a key': '{"type":"call.new","call_id":"p2","a\\u0000b":1}',
  'NUL in the call_id': '{"type":"call.new","call_id":"p\\u00003"}',
  'a lone surrogate': '{"type":"call.new","call_id":"p4","note":"\\ud800"}',
  'a lone surrogate in the type': '{"type":"call.\\udfff","call_id":"p5"}',
  'a number beyond double': '{"type":"call.new","call_id":"p6","n":1e400,"m":-1e400}',
  '54 kB of huge numbers': `{"type":"call.new","call_id":"p7","n":[${Array(6_000).fill('1e131071').join(',')}]}`,
  'a number of 10,000 digits': `{"type":"call.new","call_id":"p8","n":${'9'.repeat(10_000)}}`,
  'a call_id that is a number': '{"type":"call.new","call_id":1463669263.300330,"timestamp":"2026-03-02T13:00:00Z"}',
  'an empty call_id': '{"type":"call.new","call_id":""}',
  'a path as call_id': '{"type":"call.new","call_id":"../../etc"}',
  'SQL as call_id': '{"type":"call.new","call_id":"\'); drop table projection.events; --"}',
  'an emoji as call_id': '{"type":"call.new","call_id":"😀"}',
  'duplicate keys': '{"type":"call.new","call_id":"p9","queue":"1","queue":"2"}',
  'a day that does not exist': '{"type":"call.waiting","call_id":"p10","timestamp":"2026-02-30T10:00:00Z"}',
  'the year 99999': '{"type":"call.waiting","call_id":"p11","timestamp":"99999-01-01T10:00:00Z"}',
  '32 levels': nested(32),
};

/** Declares the tests of requests that are no webhooks, and of odd ones. */
export function testBadInput(system: () => System): void {
  const send = async ({ method = 'POST', path = '/webhook', headers, body }: WebhookRequest) => {
    const client = new Client(new URL(system().webhookUrl).origin);
    const response = await client.request({
      path,
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const result = { status: response.statusCode, headers: response.headers, text: await response.body.text() };
    await client.destroy();
    return result;
  };

  /** The status, and a problem body with that status and no part of the request. */
  async function expectProblem(status: number, request: WebhookRequest): Promise<Awaited<ReturnType<typeof send>>> {
    const response = await send(request);
    expect({ status: response.status, type: response.headers['content-type'] }).toEqual({
      status,
      type: expect.stringMatching(/^application\/problem\+json/) as string,
    });
    expect(Problem.parse(JSON.parse(response.text)).status).toBe(status);
    expect(response.text).not.toContain('secret-of-the-caller');
    return response;
  }

  /** The next valid request is served. */
  afterEach(async () => {
    expect(system().isRunning('ingest')).toBe(true);
    expect((await send({ body: '{"type":"call.new","call_id":"after"}' })).status).toBe(200);
  });

  describe('a body that is not an event', () => {
    it.each(Object.entries(notEvents))(
      'ingest answers 400 to a body that cannot be an event: %s',
      async (_name, body) => {
        await expectProblem(400, { body });
      },
    );
    it.each(['type', 'call_id', 'actor', 'queue', 'code'])(
      'ingest answers 400 to a field %s of more than 512 bytes',
      async (field) => {
        await expectProblem(400, { body: JSON.stringify({ type: 'x', [field]: 'é'.repeat(257) }) });
        const fits = await send({ body: JSON.stringify({ type: 'x', [field]: 'é'.repeat(256) }) });
        expect(fits.status).toBe(200);
      },
    );
  });

  describe('a request that is not a webhook', () => {
    const body = '{"type":"x"}';
    it.each(['/', '/webhooks', '//webhook', '/webhook/x', '/%2e%2e/webhook'])(
      'ingest answers 404 to the path %s',
      async (path) => {
        await expectProblem(404, { path, body });
      },
    );
    it.each(['GET', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])(
      'ingest answers 405 with Allow to the method %s',
      async (method) => {
        const { headers } = await expectProblem(405, { method });
        expect(headers['allow']).toContain('POST');
      },
    );
    it('ingest answers 405 with Allow to the method HEAD', async () => {
      const { status, headers } = await send({ method: 'HEAD' });
      expect([status, headers['allow']]).toEqual([405, 'POST']);
    });
    it.each<Record<string, string>>([
      { 'content-encoding': 'gzip' },
      { 'content-encoding': 'what-ever' },
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/x-www-form-urlencoded' },
      { 'content-type': 'application/json; charset=utf-16' },
    ])('ingest answers 415 to the headers %j', async (headers) => {
      await expectProblem(415, { headers, body });
    });
    it.each(['application/cloudevents+json', 'application/json; charset=UTF-8', ''])(
      'ingest answers 200 to the content type "%s"',
      async (type) => {
        expect((await send({ headers: { 'content-type': type }, body })).status).toBe(200);
      },
    );
    it('ingest answers 200 to a path with a trailing slash, and to a body with a byte order mark', async () => {
      expect((await send({ path: '/webhook/', body })).status).toBe(200);
      expect((await send({ body: `\uFEFF${body}` })).status).toBe(200);
    });
    it('ingest answers 413 to one byte more than fits the topic, and 200 to the largest body that fits', async () => {
      const { messageBytesMax } = await describeTopic(system().kafka, system().topic);
      const bytesMax = messageBytesMax - 8 * 1024;
      const filled = (bytes: number): string => `{"type":"large","a":"${'x'.repeat(bytes - 23)}"}`;
      expect(filled(bytesMax)).toHaveLength(bytesMax);
      expect((await send({ body: filled(bytesMax) })).status).toBe(200);
      await expectProblem(413, { body: filled(bytesMax + 1) });
    });
    // A body that does not arrive: hostile-load-tests.ts.
    it('ingest answers 400 to bytes that are not HTTP', async () => {
      const { hostname, port } = new URL(system().webhookUrl);
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      socket.write('hello?\r\n\r\n');
      expect(await text(socket)).toMatch(/^HTTP\/1.1 400 /);
    });
  });

  it('1,000 simultaneous posts of one body get 1,000 times 200, and become one event with 1,000 deliveries', async () => {
    await using sender = createSender(system().webhookUrl, 100);
    const body = '{"type":"call.new","call_id":"thousand","timestamp":"2026-03-02T13:00:00Z"}';
    const responses = await sender.postAll(Array.from({ length: 1_000 }, () => body));
    expect(responses.filter(({ status }) => status !== 200)).toEqual([]);
    await system().untilProjected();
    const { rows } = await poolOf(system().db).query(`select deliveries from events where call_id = 'thousand'`);
    expect(rows).toEqual([{ deliveries: 1_000 }]);
  });

  describe('an odd event', () => {
    it.each(Object.entries(oddEvents))(
      'an odd event is stored, and does not stop the projection: %s',
      async (_name, body) => {
        await using sender = createSender(system().webhookUrl, 1);
        expect((await sender.post(body)).status).toBe(200);
        await system().untilProjected(10_000);
      },
    );
    it('after odd events the tables are the fold of the log, and a dashboard can read every call', async () => {
      await expectTablesToBeFoldOfLog(system());
      expect(system().isRunning('projector')).toBe(true);
      await using dashboard = await openDashboard(system().socketUrl);
      const calls = await dashboard.listCalls();
      expect(calls.map((call) => call.aggregate_id)).toEqual(
        expect.arrayContaining(['p1', 'p\uFFFD3', '1463669263.300330', '../../etc', '😀']),
      );
      for (const { aggregate_id } of calls) expect(await dashboard.listCallEvents(aggregate_id)).not.toEqual([]);
    });
  });
}
