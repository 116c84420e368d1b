import { connectKafka, createLog, ensureTopics } from '@callstream/runtime';
import { testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import { startIngest } from '../system/ingest.ts';
import type { Ingest } from '../system/ingest.ts';
import { openRawConnection, webhookHead } from './raw-connection.ts';
import { createSender } from '../load/sender.ts';
import { quantile } from '../load/statistics.ts';

const secrets = ['path-secret-of-ours', 'bearer-secret-of-ours', 'previous-bearer-of-ours'] as const;
const [pathSecret, bearer, previousBearer] = secrets;
const [requestsPerSecond, refusedPerMinute] = [5, 20];
/** Networks that nobody has: RFC 2544 and RFC 5737. */
const provider = '198.18.0.0/15';
const stranger = '203.0.113.7';

let ingest: Ingest;
let lastAddress = 0;
beforeAll(async () => {
  const log = createLog({ service: 'e2e', level: 'silent' });
  const topic = testTopicName();
  const kafka = connectKafka({ brokers: testKafkaBrokers(), clientId: 'e2e', log });
  await ensureTopics(kafka, { topic, partitions: 3, log });
  ingest = await startIngest({
    brokers: testKafkaBrokers(),
    topic,
    env: {
      INGEST_PATH_SECRET: pathSecret,
      INGEST_BEARER_TOKEN: bearer,
      INGEST_BEARER_TOKEN_PREVIOUS: previousBearer,
      INGEST_TRUSTED_PROXIES: '127.0.0.1',
      INGEST_ALLOW: `${provider},2001:db8::/32,fe80::/10,127.0.0.1`,
      INGEST_REQUESTS_PER_SECOND_MAX: String(requestsPerSecond),
      INGEST_REFUSED_PER_MINUTE_MAX: String(refusedPerMinute),
      LOG_LEVEL: 'trace',
    },
  });
}, 120_000);
afterAll(() => ingest[Symbol.asyncDispose]());

/** Each test sends from an address of its own, so that it is limited for itself. */
const newAddress = (): string => `198.18.${(++lastAddress >> 8) & 255}.${lastAddress & 255}`;
const good = '{"type":"call.new","call_id":"a"}';

interface ForwardedRequest {
  readonly from?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}
const post = ({ from = newAddress(), path = '', headers = {}, body = good }: ForwardedRequest): Promise<Response> =>
  fetch(ingest.webhookUrl + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': from, ...headers },
    body,
  });
const authorized = { authorization: `Bearer ${bearer}` };

afterEach(async () => {
  expect(ingest.service.hasEnded()).toBe(false);
  expect((await post({ headers: authorized })).status).toBe(200);
});

describe('who may send', () => {
  it.each<[string, ForwardedRequest, number]>([
    ['nobody without credentials', {}, 401],
    ['nobody with wrong ones', { headers: { authorization: 'Bearer wrong' } }, 401],
    ['nobody with another scheme', { headers: { authorization: `Digest ${bearer}` } }, 401],
    ['nobody with a signature, where none is configured', { headers: { 'webhook-signature': 'v1,AAAA' } }, 401],
    ['nobody with a wrong secret in the path', { path: '/wrong' }, 401],
    ['who has the token', { headers: authorized }, 200],
    ['who has the previous one', { headers: { authorization: `bearer ${previousBearer}` } }, 200],
    ['who has the secret in the path', { path: `/${pathSecret}` }, 200],
    ['who has it, with a slash behind', { path: `/${pathSecret}/` }, 200],
    ['nobody from elsewhere, whatever he knows', { from: stranger, headers: authorized }, 403],
    [
      'nobody from elsewhere who names an address of ours first',
      { from: `198.18.0.9, ${stranger}`, headers: authorized },
      403,
    ],
    ['nobody whose address is none', { from: 'unknown', headers: authorized }, 403],
    ['nobody whose address is hidden', { from: '_hidden', headers: authorized }, 403],
    ['nobody whose address was left out', { from: `${newAddress()},`, headers: authorized }, 403],
    ['nobody whose address is written in octal', { from: '0306.022.0.1', headers: authorized }, 403],
    ['who is allowed, with the port of the connection', { from: `${newAddress()}:51008`, headers: authorized }, 200],
    ['who is allowed, mapped to IPv6', { from: `::ffff:${newAddress()}`, headers: authorized }, 200],
    ['who is allowed, mapped and in brackets', { from: `[::ffff:${newAddress()}]:443`, headers: authorized }, 200],
    ['who is allowed, by IPv6 in another spelling', { from: '[2001:0DB8:0:0::7]:443', headers: authorized }, 200],
    ['who is allowed, by a link-local address with its zone', { from: 'fe80::1%eth0', headers: authorized }, 200],
  ])('%s: %j', async (_, sent, status) => {
    const answer = await post(sent);
    expect(answer.status).toBe(status);
    const challenge = answer.headers.get('www-authenticate');
    expect(challenge).toEqual(status === 401 ? 'Bearer realm="callstream"' : null);
  });
  /** Straight, but for the headers of proxies. */
  const forwarded = async (headers: Record<string, string>): Promise<number> =>
    (
      await fetch(ingest.webhookUrl, {
        ...{ method: 'POST', body: good },
        headers: { 'content-type': 'application/json', ...authorized, ...headers },
      })
    ).status;
  it.each<[string, string, number]>([
    ['who is allowed', `for=${newAddress()};proto=https;by=203.0.113.43`, 200],
    ['who is allowed, quoted and with a port', `for="${newAddress()}:51008"`, 200],
    ['who is allowed, by IPv6', 'For="[2001:DB8::8]:47011"', 200],
    ['the last that is no proxy of ours', `for=${newAddress()}, for=${stranger}, for=127.0.0.1`, 403],
    ['nobody who is unknown', 'for=unknown', 403],
    ['nobody who is hidden', 'for="_gazonk"', 403],
    ['nobody who is not named', 'proto=https', 403],
    ['nobody where a quote does not end', `for="${newAddress()}`, 403],
  ])('Forwarded lets in %s: %s', async (_, value, status) => {
    expect(await forwarded({ forwarded: value })).toBe(status);
  });
  it('X-Forwarded-For is believed where both come: a proxy that sets it may pass on the Forwarded of a sender', async () => {
    const forged = `for=${newAddress()}`;
    expect(await forwarded({ forwarded: forged, 'x-forwarded-for': stranger })).toBe(403);
    expect(await forwarded({ forwarded: `for=${stranger}`, 'x-forwarded-for': newAddress() })).toBe(200);
  });
  it('an address that cannot be read is counted and logged, and not quoted', async () => {
    const metric = 'callstream_ingest_unreadable_addresses_total';
    const before = await ingest.metric(metric);
    expect((await post({ from: '<script>alert(7)</script>', headers: authorized })).status).toBe(403);
    expect(await ingest.metric(metric)).toBe(before + 1);
    await until(() => ingest.service.tail().includes('"address.unreadable"'), {
      timeoutMs: 20_000,
      onTimeout: () => new Error(ingest.service.tail()),
    });
    expect(ingest.service.tail()).not.toContain('alert(7)');
  });
  it('the Host of a request has no effect', async () => {
    const { socket, closed } = await openRawConnection(ingest.webhookUrl);
    const request = webhookHead(
      `authorization: Bearer ${bearer}`,
      'connection: close',
      `content-length: ${good.length}`,
    );
    socket.write(request.replace('host: x', 'host: evil.example') + good);
    expect(await closed).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('who sends too much', () => {
  it('is answered with 429 and told when to come again; others are not', async () => {
    const from = newAddress();
    const burst = requestsPerSecond * 10;
    const answers = await Promise.all(Array.from({ length: burst * 10 }, () => post({ from, headers: authorized })));
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 200).length + refused.length).toBe(answers.length);
    expect(refused.length).toBeGreaterThan(burst * 5);
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(refused[0]?.headers.get('content-type')).toBe('application/problem+json');
  });
  it('is one sender whatever the port, and of IPv6 the network of 64 bits is', async () => {
    const burst = requestsPerSecond * 10;
    const statusesOf = async (from: (i: number) => string) => {
      const answers = await Promise.all(
        Array.from({ length: burst * 3 }, (_, i) => post({ from: from(i), headers: authorized })),
      );
      return answers.filter(({ status }) => status === 429).length;
    };
    const address = newAddress();
    expect(await statusesOf((i) => `${address}:${1_024 + i}`)).toBeGreaterThan(burst);
    expect(await statusesOf((i) => `[2001:db8:0:9::${i.toString(16)}]:443`)).toBeGreaterThan(burst);
  });
  it('of what is refused is refused all the rest too', async () => {
    const from = newAddress();
    for (let i = 0; i < refusedPerMinute; i++) expect((await post({ from })).status).toBe(401);
    expect((await post({ from, headers: authorized })).status).toBe(429);
  });
});

describe('requests that are no requests', () => {
  const authorization = `authorization: Bearer ${bearer}`;
  it('a body without end is cut off with 413', async () => {
    const { socket, closed } = await openRawConnection(ingest.webhookUrl);
    socket.write(webhookHead(authorization, 'transfer-encoding: chunked'));
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    // One byte over is enough; whoever then goes on is not listened to.
    for (let i = 0; i < 16; i++) socket.write(chunk);
    expect(await closed).toMatch(/^HTTP\/1\.1 413 .*connection: close/is);
  });
  it('a body longer than it says ends in 400', async () => {
    const { socket, closed } = await openRawConnection(ingest.webhookUrl);
    socket.write(`${webhookHead(authorization, `content-length: ${good.length}`)}${good}and more\r\n\r\n`);
    expect(await closed).toMatch(/^(HTTP\/1\.1 200 .*)?HTTP\/1\.1 400 /s);
  });
  it('two lengths, or a length and chunks, are 400', async () => {
    for (const lies of [
      ['content-length: 1', 'content-length: 2'],
      ['content-length: 5', 'transfer-encoding: chunked'],
    ]) {
      const { socket, closed } = await openRawConnection(ingest.webhookUrl);
      socket.write(`${webhookHead(authorization, ...lies)}0\r\n\r\n`);
      expect(await closed).toMatch(/^HTTP\/1\.1 400 /);
    }
  });
  it('headers of 20 kB are 431', async () => {
    const { socket, closed } = await openRawConnection(ingest.webhookUrl);
    socket.write(webhookHead(authorization, `x-large: ${'x'.repeat(20_000)}`));
    expect(await closed).toMatch(/^HTTP\/1\.1 431 .*application\/problem\+json/s);
  });
  it('2,000 slow connections are closed with 408, and a good client is served as before', async () => {
    await using sender = createSender(`${ingest.webhookUrl}/${pathSecret}`, 1);
    const latency = async (count: number): Promise<number> => {
      const times: number[] = [];
      for (let i = 0; i < count; i++) {
        const began = performance.now();
        // Straight, and so from 127.0.0.1, which may send five a second.
        expect([200, 429]).toContain((await sender.post(good)).status);
        times.push(performance.now() - began);
      }
      return quantile(times, 0.5);
    };
    await latency(20);
    const before = await latency(100);
    const slow = await Promise.all(Array.from({ length: 2_000 }, () => openRawConnection(ingest.webhookUrl)));
    for (const { socket } of slow)
      socket.write(`${webhookHead(authorization, `x-forwarded-for: ${newAddress()}`, 'content-length: 100')}{"type":`);
    // An order of magnitude: what would be harmful is a queue behind the slow ones.
    expect(await latency(100)).toBeLessThan(Math.max(50, before * 10));
    const answers = await Promise.all(slow.map(({ closed }) => closed));
    expect(answers.filter((answer) => !answer.startsWith('HTTP/1.1 408 '))).toEqual([]);
  }, 60_000);
});

it('1 MB that is no event, 300 times, leaves no memory behind', async () => {
  const large = `{"type":"x","a":"${'x'.repeat(1_000_000)}`;
  const flood = () => Promise.all(Array.from({ length: 20 }, () => post({ headers: authorized, body: large })));
  for (let i = 0; i < 5; i++) await flood();
  const before = await ingest.metric('process_resident_memory_bytes');
  for (let i = 0; i < 15; i++) expect((await flood()).every(({ status }) => status === 400)).toBe(true);
  expect(await ingest.metric('process_resident_memory_bytes')).toBeLessThan(before + 150_000_000);
}, 60_000);

it('no number, address or secret of anybody stands in a log line, a metric or an answer of an error', async () => {
  const personal = ['5511987650000', 'ana@example.com', '12345678909'];
  const event = { type: 'call.new', call_id: 'p', their_number: personal[0], actor: personal[1], cpf: personal[2] };
  const bodies = [JSON.stringify(event), JSON.stringify(event).slice(0, -1), JSON.stringify({ ...event, type: 7 })];
  const answers: string[] = [];
  for (const body of bodies) {
    const answer = await post({ headers: authorized, body });
    if (answer.status !== 200) answers.push(await answer.text());
  }
  answers.push(await (await post({ path: '/wrong-secret-that-is-long', body: bodies[0] ?? '' })).text());
  expect(answers).toHaveLength(3);
  await until(() => ingest.service.tail().includes('"request.refused"'), {
    timeoutMs: 20_000,
    onTimeout: () => new Error('nothing was logged'),
  });
  const said = [ingest.service.tail(), await ingest.metricsText(), ...answers].join('\n');
  for (const secret of [...personal, ...secrets, 'wrong-secret-that-is-long']) expect(said).not.toContain(secret);
});
