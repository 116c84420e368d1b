import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ServerMessage } from '@callstream/contracts';
import { until } from '@callstream/stack';
import { exportJWK, SignJWT, UnsecuredJWT } from 'jose';
import { connect } from '../../testing/client.ts';
import { startGateway } from '../../testing/gateway.ts';
import type { TestClient } from '../../testing/client.ts';
import { testNamesFile } from '../../testing/names-file.ts';
import { startTables } from '../../testing/tables.ts';
import type { TestTables } from '../../testing/tables.ts';
import { secret, tokenWith } from '../../testing/tokens.ts';

// A busy machine must not fail the test; a hang still does.
const stack = new AsyncDisposableStack();
let tables: TestTables;
let env: Record<string, string>;
let gateway: Awaited<ReturnType<typeof startGateway>>;

const timestamp = new Date().toISOString();
const parties = { direction: 'inbound', our_number: '0800123000', their_number: '5511912345678', timestamp };
/** Addresses of recordings may have numbers in them. */
const recording = 'https://recordings.example.com/5511912345678.wav';
const waitsIn = (call_id: string, queue: string) => ({ type: 'call.waiting', call_id, queue, ...parties });

beforeAll(async () => {
  tables = stack.use(await startTables());
  await tables.add([
    waitsIn('of-900', '900'),
    waitsIn('of-901', '901'),
    { type: 'call.new', call_id: 'of-none', ...parties },
    { type: 'call.recording-available', call_id: 'of-900', url: recording, timestamp },
  ]);
  const NAMES_FILE = testNamesFile(stack, 'queues:\n  900: Support\n  901: Sales\nagents:\n  bob: Bob\n');
  env = { ...tables.env, NAMES_FILE, GATEWAY_AUTH: 'secret', GATEWAY_JWT_SECRET: secret };
  gateway = stack.use(await startGateway(env));
  await gateway.ready();
});
afterAll(() => stack.disposeAsync());

const is = (event: ServerMessage['event']) => (message: ServerMessage) => message.event === event;
const asBearer = (token: string) => connect(gateway.port, '/', { headers: { authorization: `Bearer ${token}` } });
const ask = async (client: TestClient, event: string, data: object = {}) => {
  const id = `t${Math.random()}`;
  client.send({ event, data, id });
  return client.next((message) => 'id' in message && message.id === id);
};
const callIds = (message: ServerMessage): string[] =>
  message.event === 'Snapshot' && 'calls' in message.data
    ? message.data.calls.map(({ call_id }) => call_id).toSorted()
    : [];

describe('a token of a socket', () => {
  it('is accepted in the first message, as bearer token, and as subprotocol', async () => {
    const token = await tokenWith();
    using first = await connect(gateway.port);
    expect(await first.next(is('Welcome'))).toMatchObject({ status: 'Ok' });
    expect(await ask(first, 'ListCalls')).toMatchObject({ status: 'Failed' });
    first.send({ event: 'Authenticate', data: { token } });
    expect(await ask(first, 'ListCalls')).toMatchObject({ status: 'Ok', data: [{}, {}, {}] });

    using bearer = await asBearer(token);
    expect(await ask(bearer, 'ListCalls')).toMatchObject({ status: 'Ok', data: [{}, {}, {}] });

    using browser = await connect(gateway.port, '/', { protocols: ['callstream', `bearer.${token}`] });
    expect(browser.socket.protocol).toBe('callstream');
    expect(await browser.next(is('Authenticated'))).toMatchObject({
      data: { expires_at: expect.any(Number) as number },
    });
    expect(browser.frames[0]).toMatchObject({ event: 'Welcome' });
  });

  it('closes the socket with 4502 if it does not come in time', async () => {
    using client = await connect(gateway.port);
    expect(await client.closed).toBe(4502);
  });

  it.each([
    ['nonsense', () => 'x.y.z', 4501],
    [
      'alg none',
      () => new UnsecuredJWT({ queues: '*' }).setAudience('callstream').setExpirationTime('1h').encode(),
      4501,
    ],
    ['another key', () => tokenWith({}, { key: `${secret}!` }), 4501],
    ['another audience', () => tokenWith({ aud: 'others' }), 4501],
    ['no queues', () => tokenWith({ queues: undefined }), 4501],
    ['malformed queues', () => tokenWith({ queues: [1] }), 4501],
    [
      'no expiry',
      () =>
        new SignJWT({ queues: '*', aud: 'callstream' }).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(secret)),
      4501,
    ],
    [
      'another algorithm',
      () =>
        new SignJWT({ queues: '*', aud: 'callstream' })
          .setProtectedHeader({ alg: 'HS512' })
          .setExpirationTime('1h')
          .sign(Buffer.from(secret.repeat(2))),
      4501,
    ],
    ['an expiry in the past', () => tokenWith({}, { expiresInSeconds: -60 }), 4401],
  ])('with %s closes the socket', async (_fault, make, code) => {
    using client = await asBearer(await make());
    expect(await client.closed).toBe(code);
    using later = await connect(gateway.port);
    later.send({ event: 'Authenticate', data: { token: await make() } });
    expect(await later.closed).toBe(code);
  });

  it('that is refused has its reason in the answers and in the log, but nothing of the token', async () => {
    // Refusals are logged at most ten times a second, and the tests above have had theirs.
    await using fresh = await startGateway(env);
    await fresh.ready();
    const token = await tokenWith({ queues: [900] });
    const reason = 'Claims of the token: queues: must be a list of strings, or "*".';
    const response = await fetch(`http://127.0.0.1:${fresh.port}/api/queues`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ detail: reason });

    using client = await connect(fresh.port, '/', { headers: { authorization: `Bearer ${token}` } });
    const [, closeReason] = (await once(client.socket, 'close')) as [number, Buffer];
    expect(closeReason.toString()).toBe(reason);

    // In the headers it would fit, so a message must not refuse it otherwise.
    using sender = await connect(fresh.port);
    sender.send({ event: 'Authenticate', data: { token: await tokenWith({ queues: ['x'.repeat(9_000)] }) } });
    expect(await sender.closed).toBe(4501);

    const written = () => fresh.logged('request.refused');
    await until(() => written().length >= 3, { onTimeout: () => new Error('Not logged.') });
    const lines = written();
    const tooLong = 'The token is longer than 8192 characters.';
    expect(lines).toMatchObject([
      { reason: 'unauthenticated', source: '127.0.0.1', problem: reason },
      { reason: 'unauthenticated', source: '127.0.0.1', problem: reason },
      { reason: 'unauthenticated', source: '127.0.0.1', problem: tooLong },
    ]);
    for (const part of token.split('.')) expect(JSON.stringify(lines)).not.toContain(part);
  });

  it('closes the socket when it expires, unless a new one came in time', async () => {
    using client = await asBearer(await tokenWith({}, { expiresInSeconds: 2 }));
    using renewed = await asBearer(await tokenWith({}, { expiresInSeconds: 2 }));
    expect(await ask(renewed, 'Authenticate', { token: await tokenWith() })).toMatchObject({ event: 'Authenticated' });
    expect(await client.closed).toBe(4401);
    expect(await ask(renewed, 'ListCalls')).toMatchObject({ status: 'Ok' });
  });
});

describe('the scope of a token', () => {
  const narrow = () => tokenWith({ queues: ['900'], numbers: 'masked' });

  it('limits lists, events and the board', async () => {
    using client = await asBearer(await narrow());
    expect(await ask(client, 'ListCalls')).toMatchObject({
      data: [{ aggregate_id: 'of-900', their_number: '*********5678' }],
    });
    expect(await ask(client, 'ListCallEvents', { call_id: 'of-901' })).toMatchObject({ status: 'Ok', data: [] });
    expect(JSON.stringify(await ask(client, 'ListCallEvents', { call_id: 'of-900' }))).not.toContain('551191');
    const snapshot = await ask(client, 'Subscribe');
    expect(callIds(snapshot)).toEqual(['of-900']);
    expect(JSON.stringify(client.frames)).not.toContain('551191');
  });

  it.each([
    { claims: { numbers: 'masked' }, isShown: false },
    { claims: { numbers: 'masked', recordings: false }, isShown: false },
    { claims: { numbers: 'masked', recordings: true }, isShown: true },
    { claims: { numbers: 'full' }, isShown: true },
  ])('shows recordings in rows, bodies and on the board with $claims: $isShown', async ({ claims, isShown }) => {
    const token = await tokenWith({ queues: ['900'], ...claims });
    const paths = ['calls?call_id=of-900', 'calls/of-900', 'calls/of-900/events'];
    const answers = await Promise.all(
      paths.map(async (path) => {
        const headers = { authorization: `Bearer ${token}` };
        return (await fetch(`http://127.0.0.1:${gateway.port}/api/${path}`, { headers })).text();
      }),
    );
    using client = await asBearer(token);
    for (const [event, data] of [
      ['Subscribe', {}],
      ['ListCallEvents', { call_id: 'of-900' }],
      ['WatchCall', { call_id: 'of-900' }],
    ] as const)
      answers.push(JSON.stringify(await ask(client, event, data)));
    expect(answers.map((answer) => answer.includes(recording))).toEqual(answers.map(() => isShown));
    if (isShown) return;
    expect(answers[0]).toContain('"recording_url":null');
    expect(answers[2]).toContain('"url":"***"');
    expect(answers.filter((answer) => answer.includes('5511912345678'))).toEqual([]);
  });

  it('limits later changes, and hides a call whose call_id was guessed', async () => {
    using client = await asBearer(await narrow());
    using supervisor = await asBearer(await tokenWith());
    await ask(client, 'Subscribe');
    await ask(supervisor, 'Subscribe');
    expect(await ask(client, 'WatchCall', { call_id: 'of-901' })).toMatchObject({ data: { events: [] } });
    await tables.add([
      { type: 'call.data-provided', call_id: 'of-901', data: 'x', timestamp },
      waitsIn('new-901', '901'),
      waitsIn('new-900', '900'),
    ]);
    await client.next((frame) => JSON.stringify(frame).includes('new-900'));
    await supervisor.next((frame) => JSON.stringify(frame).includes('new-901'));
    expect(JSON.stringify(client.frames)).not.toMatch(/new-901|551191/);
    expect(client.frames.filter(is('CallEventAdded'))).toEqual([]);
  });

  it('removes a call that moves to a queue outside of it', async () => {
    using client = await asBearer(await narrow());
    await ask(client, 'Subscribe');
    // A snapshot between a change and its tick is followed by another snapshot in place of a delta; not after this tick.
    await tables.add([waitsIn('moves', '900')]);
    await client.next((frame) => JSON.stringify(frame).includes('"moves"'));
    await tables.add([{ ...waitsIn('moves', '901'), timestamp: new Date(Date.now() + 1_000).toISOString() }]);
    await client.next((frame) => frame.event === 'CallsChanged' && frame.data.gone.includes('moves'));
  });

  it('resets the board when a new token narrows it', async () => {
    using client = await asBearer(await tokenWith());
    expect(callIds(await ask(client, 'Subscribe'))).toContain('of-901');
    await ask(client, 'WatchQueues');
    client.send({ event: 'Authenticate', data: { token: await narrow() } });
    const reset = await client.next((frame) => frame.event === 'Snapshot' && 'reset' in frame.data);
    expect(callIds(reset)).not.toContain('of-901');
    const queues = await client.next(is('Queues'));
    expect(queues).toMatchObject({ data: { queues: [{ queue: '900' }] } });
  });

  it('is that of the last of many tokens in quick succession, and no later frame shows more', async () => {
    const [wide, small] = [await tokenWith(), await narrow()];
    using client = await asBearer(wide);
    await ask(client, 'Subscribe');
    await ask(client, 'WatchQueues');
    for (let id = 0; id < 150; id++)
      client.send({ event: 'Authenticate', data: { token: id % 2 === 0 ? wide : small }, id });
    await client.next((frame) => frame.event === 'Authenticated' && 'id' in frame && frame.id === 149);
    expect(await ask(client, 'WatchQueues')).toMatchObject({ data: { queues: [{ queue: '900' }] } });
    await tables.add([waitsIn('after-tokens-901', '901'), waitsIn('after-tokens-900', '900')]);
    const mentions = (callId: string) => (frame: ServerMessage) => JSON.stringify(frame).includes(callId);
    await client.next(mentions('after-tokens-900'));
    expect(callIds(client.frames.findLast(is('Snapshot'))!)).not.toContain('of-901');
    expect(client.frames.filter(mentions('after-tokens-901'))).toEqual([]);
  });

  it('resets the board of a client that resumes with the cursor of another scope', async () => {
    using client = await asBearer(await tokenWith());
    const snapshot = await ask(client, 'Subscribe');
    const cursor = snapshot.event === 'Snapshot' && 'cursor' in snapshot.data ? snapshot.data.cursor : undefined;
    using other = await asBearer(await narrow());
    expect(await ask(other, 'Subscribe', { cursor })).toMatchObject({ event: 'Snapshot', data: { reset: true } });
  });
});

describe('queues and agents that are watched', () => {
  it('are sent at once, and again when they change, limited by scope', async () => {
    using client = await asBearer(await tokenWith({ queues: ['905'] }));
    using agents = await asBearer(await tokenWith({ queues: ['905'] }));
    expect(await ask(client, 'WatchQueues')).toMatchObject({
      event: 'Queues',
      data: { total: { waiting: 0 }, queues: [] },
    });
    expect(await ask(agents, 'WatchAgents', { queues: ['905'] })).toMatchObject({
      event: 'Agents',
      data: { agents: [] },
    });
    await tables.add([
      waitsIn('of-905', '905'),
      { type: 'actor.logged-in', actor: 'ana', queue: '905', number: '200', timestamp },
    ]);
    await client.next((frame) => frame.event === 'Queues' && 'total' in frame.data && frame.data.total.waiting === 1);
    await agents.next((frame) => frame.event === 'Agents' && 'agents' in frame.data && frame.data.agents.length === 1);
    expect(await ask(client, 'UnwatchQueues')).toMatchObject({ status: 'Ok' });
  });
});

describe('names that are watched', () => {
  const namesOf = (message: ServerMessage) =>
    message.event === 'Names' ? { queues: message.data.queues, agents: message.data.agents } : message;

  it('are those of the scope, also after a new token', async () => {
    using client = await asBearer(await tokenWith({ queues: ['900'] }));
    const first = await ask(client, 'WatchNames');
    expect(namesOf(first)).toEqual({ queues: { '900': 'Support' }, agents: {} });
    client.send({ event: 'Authenticate', data: { token: await tokenWith() } });
    const second = await client.next((frame) => frame.event === 'Names' && frame !== first);
    expect(namesOf(second)).toEqual({ queues: { '900': 'Support', '901': 'Sales' }, agents: { bob: 'Bob' } });
    expect(await ask(client, 'UnwatchNames')).toMatchObject({ status: 'Ok' });
  });
});

describe('with GATEWAY_AUTH=jwks', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const sign = (key: typeof privateKey, kid = 'first') =>
    new SignJWT({ queues: '*', aud: 'callstream', iss: 'https://id.example.com' })
      .setProtectedHeader({ alg: 'ES256', kid })
      .setExpirationTime('1h')
      .sign(key);

  it('keys are fetched from the URL, used while it is unavailable, and without any key the answer is 503', async () => {
    let isUnavailable = true;
    const jwk = { ...(await exportJWK(publicKey)), kid: 'first', alg: 'ES256' };
    const server = createServer((_, response) => {
      response.writeHead(isUnavailable ? 503 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ keys: [jwk] }));
    }).listen(0, '127.0.0.1');
    stack.defer(() => void server.close());
    const { port } = await new Promise<AddressInfo>((resolve) =>
      server.on('listening', () => resolve(server.address() as AddressInfo)),
    );
    await using gateway = await startGateway({
      ...tables.env,
      GATEWAY_AUTH: 'jwks',
      GATEWAY_JWKS_URL: `http://127.0.0.1:${port}/keys`,
      GATEWAY_JWT_ISSUER: 'https://id.example.com',
      LOG_LEVEL: 'info',
    });
    const status = async (token: string) =>
      (await fetch(`http://127.0.0.1:${gateway.port}/api/calls`, { headers: { authorization: `Bearer ${token}` } }))
        .status;
    expect(await status(await sign(privateKey))).toBe(503);
    isUnavailable = false;
    expect(await status(await sign(privateKey))).toBe(200);
    isUnavailable = true;
    expect(await status(await sign(privateKey))).toBe(200);
    expect(await status(await sign(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey))).toBe(401);
    // Algorithm confusion: the public key is not accepted as the secret of HS256.
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    expect(await status(await tokenWith({ iss: 'https://id.example.com' }, { key: pem }))).toBe(401);
  });
});
