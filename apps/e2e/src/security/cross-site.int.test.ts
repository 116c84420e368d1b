import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connectKafka, createLog, endOffsets, ensureTopics } from '@callstream/runtime';
import { testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../clients/browser.ts';
import { startIngest } from '../system/ingest.ts';
import type { Ingest } from '../system/ingest.ts';

// For a busy machine.
/** Reserved names (RFC 2606) that only this browser resolves. */
const [foreignName, listedName, reboundName, reboundName6] = ['evil', 'app', 'rebind', 'rebind6'].map(
  (name) => `${name}.example.test`,
) as [string, string, string, string];
const resolverRules = [
  ...[foreignName, listedName, reboundName].map((name) => `MAP ${name} 127.0.0.1`),
  `MAP ${reboundName6} [::1]`,
];
const proxyName = 'calls.example.com';

const cleanup = new AsyncDisposableStack();
const topic = testTopicName();
const kafka = connectKafka({
  brokers: testKafkaBrokers(),
  clientId: 'e2e',
  log: createLog({ service: 'e2e', level: 'silent' }),
});
let ingest: Ingest;
let browser: Browser;
/** Port of a server with one empty page. */
let pagePort: number;
let ports: { readonly webhook: string; readonly admin: string };

beforeAll(async () => {
  await ensureTopics(kafka, { topic, partitions: 1, log: createLog({ service: 'e2e', level: 'silent' }) });
  const pages = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html>'));
  await once(pages.listen(0, '127.0.0.1'), 'listening');
  cleanup.defer(() => pages.close().closeAllConnections());
  pagePort = (pages.address() as AddressInfo).port;
  [ingest, browser] = await Promise.all([
    startIngest({
      brokers: testKafkaBrokers(),
      topic,
      env: {
        INGEST_HOST: '127.0.0.1,::1',
        ADMIN_HOST: '127.0.0.1,::1',
        INGEST_HOSTS: 'Calls.Example.COM:443',
        INGEST_CORS_ORIGINS: `HTTP://${listedName}:${pagePort}`,
      },
    }),
    startBrowser([`--host-resolver-rules=${resolverRules.join(',')}`]),
  ]);
  cleanup.use(ingest);
  cleanup.defer(() => browser.close());
  ports = { webhook: new URL(ingest.webhookUrl).port, admin: ingest.adminPort };
});
afterAll(() => cleanup.disposeAsync());

async function openAt(url: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(url);
  return page;
}
/** Events in the log. */
const logged = async (): Promise<number> => (await endOffsets(kafka, topic)).get(0)?.high ?? 0;
const refused = (): Promise<number> => ingest.metric('callstream_ingest_refused_total');
const accepted = (): Promise<number> => ingest.metric('callstream_ingest_accepted_total');

/** Runs `send`, which sends `count` requests. @returns how many of them ingest accepted */
async function countAccepted(count: number, send: () => Promise<unknown>): Promise<number> {
  const before = { accepted: await accepted(), answered: (await accepted()) + (await refused()) };
  await send();
  // Beacons and forms do not report their response, so the metrics are polled.
  await until(async () => (await accepted()) + (await refused()) >= before.answered + count, {
    onTimeout: () => new Error('The browser did not send all requests, so that nothing was tested.'),
  });
  return (await accepted()) - before.accepted;
}

/** Requests that a page can send without a CORS preflight. Each function runs in the page. */
const attacks: Readonly<Record<string, (url: string) => unknown>> = {
  'fetch with no-cors and a Blob': (url: string) =>
    fetch(url, { method: 'POST', mode: 'no-cors', body: new Blob(['{"type":"call.new","call_id":"x"}']) }),
  'fetch with no-cors and a Blob of type application/json': (url: string) =>
    fetch(url, {
      method: 'POST',
      mode: 'no-cors',
      body: new Blob(['{"type":"call.new","call_id":"x"}'], { type: 'application/json' }),
    }),
  'fetch with no-cors, credentials and no referrer': (url: string) =>
    fetch(url, {
      method: 'POST',
      mode: 'no-cors',
      credentials: 'include',
      referrerPolicy: 'no-referrer',
      body: new Blob(['{"type":"call.new","call_id":"x"}']),
    }),
  'fetch of bytes without a content type, a simple request': (url: string) =>
    fetch(url, { method: 'POST', body: new TextEncoder().encode('{"type":"call.new","call_id":"x"}') }),
  'fetch of a text, a simple request': (url: string) =>
    fetch(url, { method: 'POST', body: '{"type":"call.new","call_id":"x"}' }),
  sendBeacon: (url: string) => navigator.sendBeacon(url, new Blob(['{"type":"call.new","call_id":"x"}'])),
  'a form with enctype text/plain': (url: string) => {
    const frame = document.body.appendChild(document.createElement('iframe'));
    frame.name = 'target';
    const form = document.body.appendChild(document.createElement('form'));
    Object.assign(form, { action: url, method: 'post', enctype: 'text/plain', target: 'target' });
    const input = form.appendChild(document.createElement('input'));
    Object.assign(input, { name: '{"type":"call.new","call_id":"x","a":"', value: '"}' });
    form.submit();
  },
  'a sandboxed frame, which has no origin': (url: string) => {
    const frame = document.createElement('iframe');
    frame.sandbox.add('allow-scripts');
    const body = JSON.stringify('{"type":"call.new","call_id":"x"}');
    frame.srcdoc = `<script>fetch(${JSON.stringify(url)}, {method:'POST', mode:'no-cors', body:new Blob([${body}])})</script>`;
    document.body.append(frame);
  },
};

describe.each(['127.0.0.1', '[::1]'])('a page of another origin that sends to ingest on %s', (host) => {
  let page: Page;
  beforeAll(async () => (page = await openAt(`http://${foreignName}:${pagePort}/`)));
  afterAll(() => page.close());

  it.each(Object.entries(attacks))('a page of another origin cannot add an event: %s', async (_, send) => {
    const url = `http://${host}:${ports.webhook}/webhook`;
    // The page can read only an error, or nothing.
    const attack = () => page.evaluate(send, url).catch(() => undefined);
    expect(await countAccepted(1, attack)).toBe(0);
  });
});

describe.each([reboundName, reboundName6])('a page after DNS rebinding of %s', (name) => {
  it('a page after DNS rebinding cannot add an event, although its request is same-origin', async () => {
    const page = await openAt(`http://${name}:${ports.webhook}/`);
    const send = () =>
      page.evaluate(() =>
        fetch('/webhook', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"type":"call.new","call_id":"x"}',
        }).then(({ status }) => status),
      );
    expect(await countAccepted(1, async () => expect(await send()).toBe(421))).toBe(0);
    await page.close();
  });

  it('a page after DNS rebinding can read neither the OpenAPI document nor metrics', async () => {
    const page = await openAt(`http://${name}:${ports.webhook}/`);
    const read = (path: string) =>
      page.evaluate(async (url) => {
        const response = await fetch(url);
        return { status: response.status, text: await response.text() };
      }, path);
    expect(await read('/openapi.json')).toMatchObject({ status: 421 });
    await page.goto(`http://${name}:${ports.admin}/`);
    for (const path of ['/metrics', '/readyz', '/livez']) {
      const { status, text } = await read(path);
      expect({ path, status }).toEqual({ path, status: 421 });
      expect(text).not.toContain('callstream_');
    }
    await page.close();
  });
});

it('a page of INGEST_CORS_ORIGINS can send JSON with its content type, and read the response', async () => {
  const page = await openAt(`http://${listedName}:${pagePort}/`);
  const post = (headers: Record<string, string>) =>
    page.evaluate(
      async ([url, given]) => {
        const body = new Blob(['{"type":"call.new","call_id":"listed"}']);
        const response = await fetch(url, { method: 'POST', headers: given, body });
        return { status: response.status, body: (await response.json()) as object };
      },
      [ingest.webhookUrl, headers] as const,
    );
  expect(await post({ 'content-type': 'application/json' })).toMatchObject({ status: 200, body: { status: 'ok' } });
  expect(await post({})).toMatchObject({ status: 415, body: { type: 'urn:callstream:problem:untyped' } });
  await page.close();
});

describe('a sender that is not a browser', () => {
  /** With exactly these headers. */
  const post = (headers: Record<string, string>): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const sent = request(ingest.webhookUrl, { method: 'POST', headers }, (response: IncomingMessage) => {
        response.resume().on('end', () => resolve(response.statusCode));
      });
      sent.on('error', reject).end('{"type":"call.new","call_id":"sender"}');
    });
  const json = { 'content-type': 'application/json' };

  it.each([
    ...['127.0.0.1:3000', '[::1]:3000', 'localhost', 'LOCALHOST:3000', 'localhost.', 'board.localhost:3000'],
    ...['ingest:3000', 'ingest', '192.0.2.7', proxyName, 'CALLS.example.com:8443', 'calls.example.com.'],
  ])('ingest accepts a request with the Host %s', async (host) => {
    expect(await post({ host, ...json })).toBe(200);
    expect(await post({ host })).toBe(200);
  });

  it.each([
    ...[
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      'other.example.com',
      'evil.localhost.example',
    ],
    ...['127.0.0.1@evil.example', 'evil.example@127.0.0.1', 'evil.example#127.0.0.1', 'evil.example/.localhost', 'a b'],
  ])('ingest refuses a request with the Host %s', async (host) => {
    expect(await post({ host, ...json })).toBe(421);
  });

  it.each<[Record<string, string>, number]>([
    [{ origin: 'https://evil.example', ...json }, 403],
    [{ origin: 'null', ...json }, 403],
    [{ origin: `http://${listedName}`, ...json }, 403],
    [{ 'sec-fetch-site': 'cross-site', ...json }, 403],
    [{ 'sec-fetch-site': 'same-site', ...json }, 403],
    [{ 'sec-fetch-site': 'none', ...json }, 200],
    [{ 'sec-fetch-site': 'same-origin', ...json }, 200],
    [{ 'sec-fetch-site': 'same-origin' }, 415],
    [{ 'sec-fetch-mode': 'no-cors' }, 415],
    [{ 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors' }, 415],
    // As Node's fetch sends it.
    [{ 'sec-fetch-mode': 'cors' }, 200],
    [{ referer: 'https://evil.example/' }, 415],
    [{ referer: 'https://evil.example/', ...json }, 200],
  ])('ingest answers a request with the headers %j with %d', async (headers, status) => {
    expect(await post(headers)).toBe(status);
  });

  it('the log names the setting that would allow a refused request', async () => {
    await post({ host: 'evil.example', ...json });
    await post({ origin: 'https://evil.example', ...json });
    const lines = () => ingest.service.tail().split('\n');
    for (const [reason, setting] of [
      ['misdirected', 'INGEST_HOSTS'],
      ['foreign', 'INGEST_CORS_ORIGINS'],
    ] as const)
      await until(() => lines().some((line) => line.includes(`"${reason}"`) && line.includes(`"${setting}"`)), {
        onTimeout: () => new Error(ingest.service.tail()),
      });
    expect(ingest.service.hasPrinted('evil.example')).toBe(false);
  });
});

it('the log contains exactly the accepted events', async () => {
  expect(await logged()).toBe(await accepted());
  expect(ingest.service.hasEnded()).toBe(false);
});
