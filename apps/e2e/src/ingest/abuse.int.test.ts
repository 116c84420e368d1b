import { until } from '@callstream/stack';
import {
  authorized,
  refusedPerMinute,
  requestsPerSecond,
  secrets,
  startGuardedIngest,
  validBody,
} from './guarded-ingest.ts';
import type { ForwardedRequest, GuardedIngest } from './guarded-ingest.ts';
import { testHostileLoad } from './hostile-load-tests.ts';
import { openRawConnection, webhookHead } from './raw-connection.ts';

const [pathSecret, bearer, previousBearer] = secrets;
/** An address reserved for documentation: RFC 5737. */
const stranger = '203.0.113.7';

let ingest: GuardedIngest;
beforeAll(async () => {
  ingest = await startGuardedIngest();
});
afterAll(() => ingest[Symbol.asyncDispose]());

/** Of the provider. The titles of tests have one, before ingest is started. */
let lastAddress = 0;
const newAddress = (): string => `198.19.0.${++lastAddress}`;
const post = (request: ForwardedRequest): Promise<Response> => ingest.post(request);

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
    await until(() => ingest.service.hasPrinted('"address.unreadable"'), {
      onTimeout: () => new Error(ingest.service.tail()),
    });
    expect(ingest.service.hasPrinted('alert(7)')).toBe(false);
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
});

// 2,000 connections and 300 bodies: abuse.long.test.ts.
testHostileLoad(() => ingest, { slowConnections: 400, floods: 8 });

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
  await until(() => ingest.service.hasPrinted('"request.refused"'), {
    onTimeout: () => new Error('request.refused was not logged'),
  });
  const output = [ingest.service.tail(), await ingest.metricsText(), ...responses].join('\n');
  for (const secret of [...personal, ...secrets, 'wrong-secret-that-is-long']) expect(output).not.toContain(secret);
});
