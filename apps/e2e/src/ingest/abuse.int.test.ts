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
/** Addresses reserved for tests: RFC 2544 and RFC 5737. */
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

/** Each test has its own addresses, so that rate limits do not affect other tests. */
const newAddress = (): string => `198.18.${(++lastAddress >> 8) & 255}.${lastAddress & 255}`;
const validBody = '{"type":"call.new","call_id":"a"}';

interface ForwardedRequest {
  readonly from?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}
const post = ({
  from = newAddress(),
  path = '',
  headers = {},
  body = validBody,
}: ForwardedRequest): Promise<Response> =>
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

describe('authentication', () => {
  it.each<[string, ForwardedRequest, number]>([
    ['without credentials', {}, 401],
    ['with a wrong token', { headers: { authorization: 'Bearer wrong' } }, 401],
    ['with another scheme', { headers: { authorization: `Digest ${bearer}` } }, 401],
    ['with a signature that is not configured', { headers: { 'webhook-signature': 'v1,AAAA' } }, 401],
    ['with a wrong secret in the path', { path: '/wrong' }, 401],
    ['with the token', { headers: authorized }, 200],
    ['with the previous token', { headers: { authorization: `bearer ${previousBearer}` } }, 200],
    ['with the secret in the path', { path: `/${pathSecret}` }, 200],
    ['with the secret in the path and a trailing slash', { path: `/${pathSecret}/` }, 200],
    ['from an address outside of INGEST_ALLOW, with the token', { from: stranger, headers: authorized }, 403],
    [
      'from an address outside of INGEST_ALLOW that prepends an allowed one',
      { from: `198.18.0.9, ${stranger}`, headers: authorized },
      403,
    ],
    ['from an address that is none', { from: 'unknown', headers: authorized }, 403],
    ['from an obfuscated address', { from: '_hidden', headers: authorized }, 403],
    ['from an empty last address', { from: `${newAddress()},`, headers: authorized }, 403],
    ['from an address in octal', { from: '0306.022.0.1', headers: authorized }, 403],
    ['from an allowed address with a port', { from: `${newAddress()}:51008`, headers: authorized }, 200],
    ['from an allowed address mapped to IPv6', { from: `::ffff:${newAddress()}`, headers: authorized }, 200],
    [
      'from an allowed address mapped to IPv6, in brackets',
      { from: `[::ffff:${newAddress()}]:443`, headers: authorized },
      200,
    ],
    ['from an allowed IPv6 address in another spelling', { from: '[2001:0DB8:0:0::7]:443', headers: authorized }, 200],
    ['from an allowed link-local address with a zone', { from: 'fe80::1%eth0', headers: authorized }, 200],
  ])('a request %s %j gets its status', async (_, request, status) => {
    const response = await post(request);
    expect(response.status).toBe(status);
    const challenge = response.headers.get('www-authenticate');
    expect(challenge).toEqual(status === 401 ? 'Bearer realm="callstream"' : null);
  });
  /** A direct request with headers of a proxy. */
  const statusWith = async (headers: Record<string, string>): Promise<number> =>
    (
      await fetch(ingest.webhookUrl, {
        method: 'POST',
        body: validBody,
        headers: { 'content-type': 'application/json', ...authorized, ...headers },
      })
    ).status;
  it.each<[string, string, number]>([
    ['an allowed address', `for=${newAddress()};proto=https;by=203.0.113.43`, 200],
    ['an allowed address, quoted and with a port', `for="${newAddress()}:51008"`, 200],
    ['an allowed IPv6 address', 'For="[2001:DB8::8]:47011"', 200],
    ['the last address that is not a trusted proxy', `for=${newAddress()}, for=${stranger}, for=127.0.0.1`, 403],
    ['an unknown address', 'for=unknown', 403],
    ['an obfuscated address', 'for="_gazonk"', 403],
    ['no address', 'proto=https', 403],
    ['an unterminated quote', `for="${newAddress()}`, 403],
  ])('the header Forwarded decides by %s: %s', async (_, value, status) => {
    expect(await statusWith({ forwarded: value })).toBe(status);
  });
  it('X-Forwarded-For takes precedence over Forwarded, which a proxy may pass on from the sender', async () => {
    const forged = `for=${newAddress()}`;
    expect(await statusWith({ forwarded: forged, 'x-forwarded-for': stranger })).toBe(403);
    expect(await statusWith({ forwarded: `for=${stranger}`, 'x-forwarded-for': newAddress() })).toBe(200);
  });
  it('an unreadable address is counted and logged, but not quoted', async () => {
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
  it('the Host header has no effect when a secret is configured', async () => {
    const { socket, closed } = await openRawConnection(ingest.webhookUrl);
    const request = webhookHead(
      `authorization: Bearer ${bearer}`,
      'connection: close',
      `content-length: ${validBody.length}`,
    );
    socket.write(request.replace('host: x', 'host: evil.example') + validBody);
    expect(await closed).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('rate limits', () => {
  it('a sender over its rate gets 429 with Retry-After', async () => {
    const from = newAddress();
    const burst = requestsPerSecond * 10;
    const responses = await Promise.all(Array.from({ length: burst * 10 }, () => post({ from, headers: authorized })));
    const refused = responses.filter(({ status }) => status === 429);
    expect(responses.filter(({ status }) => status === 200).length + refused.length).toBe(responses.length);
    expect(refused.length).toBeGreaterThan(burst * 5);
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(refused[0]?.headers.get('content-type')).toBe('application/problem+json');
  });
  it('a sender is one address whatever its port, and for IPv6 one /64 network', async () => {
    const burst = requestsPerSecond * 10;
    const countLimited = async (from: (i: number) => string) => {
      const responses = await Promise.all(
        Array.from({ length: burst * 3 }, (_, i) => post({ from: from(i), headers: authorized })),
      );
      return responses.filter(({ status }) => status === 429).length;
    };
    const address = newAddress();
    expect(await countLimited((i) => `${address}:${1_024 + i}`)).toBeGreaterThan(burst);
    expect(await countLimited((i) => `[2001:db8:0:9::${i.toString(16)}]:443`)).toBeGreaterThan(burst);
  });
  it('a sender with too many refused requests gets 429 for valid ones, too', async () => {
    const from = newAddress();
    for (let i = 0; i < refusedPerMinute; i++) expect((await post({ from })).status).toBe(401);
    expect((await post({ from, headers: authorized })).status).toBe(429);
  });
});

describe('malformed HTTP', () => {
  const authorization = `authorization: Bearer ${bearer}`;
  it('an endless body is cut off with 413', async () => {
    const { socket, closed } = await openRawConnection(ingest.webhookUrl);
    socket.write(webhookHead(authorization, 'transfer-encoding: chunked'));
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    // One byte too many is enough: the rest is not read.
    for (let i = 0; i < 16; i++) socket.write(chunk);
    expect(await closed).toMatch(/^HTTP\/1\.1 413 .*connection: close/is);
  });
  it('a body longer than its Content-Length ends in 400', async () => {
    const { socket, closed } = await openRawConnection(ingest.webhookUrl);
    socket.write(`${webhookHead(authorization, `content-length: ${validBody.length}`)}${validBody}and more\r\n\r\n`);
    expect(await closed).toMatch(/^(HTTP\/1\.1 200 .*)?HTTP\/1\.1 400 /s);
  });
  it('two Content-Lengths, or one with chunked encoding, get 400', async () => {
    for (const headers of [
      ['content-length: 1', 'content-length: 2'],
      ['content-length: 5', 'transfer-encoding: chunked'],
    ]) {
      const { socket, closed } = await openRawConnection(ingest.webhookUrl);
      socket.write(`${webhookHead(authorization, ...headers)}0\r\n\r\n`);
      expect(await closed).toMatch(/^HTTP\/1\.1 400 /);
    }
  });
  it('headers of 20 kB get 431', async () => {
    const { socket, closed } = await openRawConnection(ingest.webhookUrl);
    socket.write(webhookHead(authorization, `x-large: ${'x'.repeat(20_000)}`));
    expect(await closed).toMatch(/^HTTP\/1\.1 431 .*application\/problem\+json/s);
  });
  it('2,000 slow connections are closed with 408, and do not slow down a normal client', async () => {
    await using sender = createSender(`${ingest.webhookUrl}/${pathSecret}`, 1);
    const latency = async (count: number): Promise<number> => {
      const times: number[] = [];
      for (let i = 0; i < count; i++) {
        const began = performance.now();
        // From 127.0.0.1, which may send five requests per second.
        expect([200, 429]).toContain((await sender.post(validBody)).status);
        times.push(performance.now() - began);
      }
      return quantile(times, 0.5);
    };
    await latency(20);
    const before = await latency(100);
    const slow = await Promise.all(Array.from({ length: 2_000 }, () => openRawConnection(ingest.webhookUrl)));
    for (const { socket } of slow)
      socket.write(`${webhookHead(authorization, `x-forwarded-for: ${newAddress()}`, 'content-length: 100')}{"type":`);
    // Within an order of magnitude: the harm would be a queue behind the slow connections.
    expect(await latency(100)).toBeLessThan(Math.max(50, before * 10));
    const responses = await Promise.all(slow.map(({ closed }) => closed));
    expect(responses.filter((response) => !response.startsWith('HTTP/1.1 408 '))).toEqual([]);
  }, 60_000);
});

it('300 invalid bodies of 1 MB do not leak memory', async () => {
  const large = `{"type":"x","a":"${'x'.repeat(1_000_000)}`;
  const flood = () => Promise.all(Array.from({ length: 20 }, () => post({ headers: authorized, body: large })));
  for (let i = 0; i < 5; i++) await flood();
  const before = await ingest.metric('process_resident_memory_bytes');
  for (let i = 0; i < 15; i++) expect((await flood()).every(({ status }) => status === 400)).toBe(true);
  expect(await ingest.metric('process_resident_memory_bytes')).toBeLessThan(before + 150_000_000);
}, 60_000);

it('log lines, metrics and error answers contain no phone numbers, addresses or secrets', async () => {
  const personal = ['5511987650000', 'ana@example.com', '12345678909'];
  const event = { type: 'call.new', call_id: 'p', their_number: personal[0], actor: personal[1], cpf: personal[2] };
  const bodies = [JSON.stringify(event), JSON.stringify(event).slice(0, -1), JSON.stringify({ ...event, type: 7 })];
  const responses: string[] = [];
  for (const body of bodies) {
    const response = await post({ headers: authorized, body });
    if (response.status !== 200) responses.push(await response.text());
  }
  responses.push(await (await post({ path: '/wrong-secret-that-is-long', body: bodies[0] ?? '' })).text());
  expect(responses).toHaveLength(3);
  await until(() => ingest.service.tail().includes('"request.refused"'), {
    timeoutMs: 20_000,
    onTimeout: () => new Error('request.refused was not logged'),
  });
  const output = [ingest.service.tail(), await ingest.metricsText(), ...responses].join('\n');
  for (const secret of [...personal, ...secrets, 'wrong-secret-that-is-long']) expect(output).not.toContain(secret);
});
