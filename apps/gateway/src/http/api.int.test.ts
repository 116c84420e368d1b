import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import {
  Agents,
  AgentStats,
  ConcurrentCalls,
  DelegationStats,
  FoundCalls,
  FoundEvents,
  Names,
  PastBoard,
  Problem,
  Queues,
  Stats,
  UnknownTypes,
  WholeCall,
} from '@callstream/contracts';
import { until } from '@callstream/stack';
import { poolOf } from '@callstream/tables/testing';
import Papa from 'papaparse';
import { z } from 'zod';
import { connect } from '../../testing/client.ts';
import { startGateway } from '../../testing/gateway.ts';
import { testNamesFile } from '../../testing/names-file.ts';
import { startTables } from '../../testing/tables.ts';
import type { TestTables } from '../../testing/tables.ts';
import { secret, tokenWith } from '../../testing/tokens.ts';

// A busy machine must not fail the test; a hang still does.
const stack = new AsyncDisposableStack();
let tables: TestTables;
let openGateway: string;
let tokenGateway: string;

const now = Date.now();
const ago = (seconds: number): string => new Date(now - seconds * 1_000).toISOString();
const parties = { direction: 'inbound', our_number: '0800123000', their_number: '5511912345678' };
const call = (call_id: string, queue: string, at: number) => [
  { type: 'call.new', call_id, ...parties, timestamp: ago(at) },
  { type: 'call.waiting', call_id, queue, ...parties, timestamp: ago(at) },
];
/** The agent takes calls on a phone of its own. */
const mobile = '5511988887777';
const entered = (call_id: string, queue: string, at: number) => [
  { type: 'actor.entered', call_id, queue, actor: 'ana@example.com', number: mobile, timestamp: ago(at) },
  { type: 'call.ongoing', call_id, ...parties, timestamp: ago(at) },
];

const names = {
  queues: { '900': 'Support', '901': 'Sales' },
  agents: { 'ana@example.com': 'Ana Souza', 'bia@example.com': 'Bia Lima' },
};

beforeAll(async () => {
  const NAMES_FILE = testNamesFile(stack, JSON.stringify(names));
  tables = stack.use(await startTables());
  await addWhenItHappened([
    ...call('waits', '900', 30),
    ...call('talks', '900', 40),
    ...entered('talks', '900', 35),
    ...call('other', '901', 50),
    { type: 'actor.logged-in', actor: 'ana@example.com', queue: '900', number: '200', timestamp: ago(100) },
    { type: 'actor.logged-in', actor: 'bia@example.com', queue: '901', number: '201', timestamp: ago(100) },
    { type: 'actor.paused', actor: 'bia@example.com', queue: '901', number: '201', timestamp: ago(90) },
  ]);
  const url = (gateway: { port: number }) => `http://127.0.0.1:${gateway.port}`;
  openGateway = url(
    stack.use(await startGateway({ ...tables.env, NAMES_FILE, GATEWAY_ORIGINS: 'Calls.Example.com:8443' })),
  );
  const auth = { GATEWAY_AUTH: 'secret', GATEWAY_JWT_SECRET: secret };
  tokenGateway = url(stack.use(await startGateway({ ...tables.env, NAMES_FILE, ...auth })));
});
afterAll(() => stack.disposeAsync());

interface TimedEvent {
  readonly type: string;
  readonly timestamp: string;
  readonly [field: string]: string;
}

/** Each event is received when it happened: a later reception would look like a sender's clock that is behind. */
async function addWhenItHappened(events: readonly TimedEvent[]): Promise<void> {
  for (const body of events) await tables.append([body], { receivedAt: Date.parse(body.timestamp) });
  await tables.project();
}

/** The body of a successful answer; it must match the schema. */
async function get<Schema extends z.ZodType>(schema: Schema, path: string, token?: string): Promise<z.infer<Schema>> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${token === undefined ? openGateway : tokenGateway}${path}`, { headers });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  expect(response.headers.get('cache-control')).toBe('no-store');
  return schema.parse(await response.json());
}
const problem = async (response: Response) => {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  return Problem.parse(await response.json());
};
/** A request with headers that `fetch` would change. */
const raw = (url: string, headers: Record<string, string>): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const onResponse = (response: IncomingMessage) => resolve(response.resume());
    request(url, { headers }, onResponse).on('error', reject).end();
  });
const ids = ({ calls }: FoundCalls) => calls.map(({ aggregate_id }) => aggregate_id);
const path = '/api/calls';

describe('calls', () => {
  it('are listed page by page, the newest first', async () => {
    const first = await get(FoundCalls, `${path}?limit=2`);
    const second = await get(FoundCalls, `${path}?limit=2&before=${first.next}`);
    expect([...ids(first), ...ids(second)].toSorted()).toEqual(['other', 'talks', 'waits']);
    expect(second.next).toBeNull();
  });

  it('are found by state, queue, number, call_id and time', async () => {
    expect(ids(await get(FoundCalls, `${path}?state=WAITING,ONGOING&queue=900`)).toSorted()).toEqual([
      'talks',
      'waits',
    ]);
    expect(ids(await get(FoundCalls, `${path}?number=%2B5511912345678`))).toHaveLength(3);
    expect(ids(await get(FoundCalls, `${path}?number=345678&queue=901`))).toEqual(['other']);
    expect(ids(await get(FoundCalls, `${path}?call_id=talks`))).toEqual(['talks']);
    expect(ids(await get(FoundCalls, `${path}?from=${ago(600)}`))).toHaveLength(3);
    expect(ids(await get(FoundCalls, `${path}?to=2020-01-01`))).toEqual([]);
  });

  it('of a page do not tell whether a call exists that the token may not see', async () => {
    const everything = await get(FoundCalls, path);
    const hidden = everything.calls.find(({ aggregate_id }) => aggregate_id === 'waits')?.id;
    const token = await tokenWith({ queues: ['901'] });
    expect(ids(await get(FoundCalls, path, token))).toEqual(['other']);
    const unknown = Number.MAX_SAFE_INTEGER;
    const afterUnknown = await get(FoundCalls, `${path}?before=${unknown}`, token);
    expect(await get(FoundCalls, `${path}?before=${hidden}`, token)).toEqual(afterUnknown);
    using client = await connect(Number(new URL(tokenGateway).port), '/', {
      headers: { authorization: `Bearer ${token}` },
    });
    const list = async (before: number | undefined) => {
      client.send({ event: 'ListCalls', data: { params: { before } }, id: `before ${before}` });
      const answer = await client.next((frame) => 'id' in frame && frame.id === `before ${before}`);
      return 'data' in answer ? answer.data : null;
    };
    expect(await list(hidden)).toEqual(await list(unknown));
  });

  it.each(['+16:00', '-16:00', '+23:59', '-99:00'])('of a period with the offset %s are a 400', async (offset) => {
    for (const route of ['/api/calls', '/api/stats'])
      for (const name of ['from', 'to']) {
        const time = encodeURIComponent(`2026-03-02T13:00:00${offset}`);
        const response = await fetch(`${openGateway}${route}?${name}=${time}`);
        expect({ route, name, status: response.status }).toEqual({ route, name, status: 400 });
      }
    const accepted = encodeURIComponent('2026-03-02T13:00:00+15:59');
    expect(ids(await get(FoundCalls, `${path}?to=${accepted}`))).toEqual([]);
  });

  it('with a parameter of control characters are a 400 that a terminal can show', async () => {
    const response = await fetch(`${openGateway}${path}?${encodeURIComponent('\u009b2J\u202E')}=1`);
    const text = await response.text();
    expect([response.status, text]).toEqual([400, expect.stringContaining('\\u009b2J\\u202e')]);
    expect(text).not.toMatch(/[\u0080-\u009f\u202E]/);
  });

  it('have the time since they began, until now or their end', async () => {
    const before = Date.now();
    const { duration_ms, began_at } = await get(WholeCall, `${path}/talks`);
    expect(began_at).toBe(ago(40));
    expect(duration_ms).toBeGreaterThanOrEqual(before - now + 40_000);
    expect(duration_ms).toBeLessThanOrEqual(Date.now() - now + 40_000);
  });

  it('are shown with visits, agents and events', async () => {
    expect(await get(WholeCall, `${path}/talks`)).toMatchObject({
      state: 'ONGOING',
      visits: [{ queue: '900', outcome: 'answered', wait_ms: 5_000 }],
      agents: [{ actor: 'ana@example.com', number: mobile }],
    });
    expect((await get(FoundEvents, `${path}/talks/events`)).events).toHaveLength(4);
    expect(await get(FoundEvents, `${path}/talks/events?before=0`)).toEqual({ events: [], next: null });
  });
});

describe('GET /api/queues, /api/agents and /api/stats', () => {
  it('show the queues now', async () => {
    const { queues, total } = await get(Queues, '/api/queues');
    expect(queues).toMatchObject([
      { queue: '900', waiting: 1, talking: 1, agents: { on_call: 1 }, longest_waiting_since: now - 30_000 },
      { queue: '901', waiting: 1, talking: 0, agents: { paused: 1 }, longest_waiting_since: now - 50_000 },
    ]);
    expect(total).toMatchObject({ waiting: 2, talking: 1, longest_waiting_since: now - 50_000 });
    expect(total.outbound).toEqual({ waiting: 0, talking: 0 });
  });

  it('show the agents now', async () => {
    const { agents } = await get(Agents, '/api/agents');
    expect(agents).toMatchObject([
      { actor: 'ana@example.com', presence: 'on_call', calls: ['talks'], since: now - 35_000 },
      { actor: 'bia@example.com', presence: 'paused', calls: [], since: now - 90_000 },
    ]);
    expect((await get(Agents, '/api/agents?queue=901')).agents).toHaveLength(1);
  });

  it('show totals of any period, by any threshold', async () => {
    const period = `from=${ago(3_600)}&to=${ago(-60)}`;
    expect(await get(Stats, `/api/stats?${period}&threshold=5`)).toMatchObject({
      service_level_seconds: 5,
      total: { visits: 3, answered: 1, answered_in_time: 1, service_level: 1, asa_ms: 5_000 },
      calls: { inbound: { calls: 3, answered: 1, open: 2 }, outbound: { calls: 0 }, internal: { calls: 0 } },
    });
    expect(await get(Stats, `/api/stats?${period}&threshold=4.9`)).toMatchObject({ total: { service_level: 0 } });
    expect(await get(Stats, `/api/stats?${period}&threshold=1.001`)).toMatchObject({ service_level_seconds: 1.001 });
    const { intervals = [] } = await get(Stats, `/api/stats?${period}&interval=15m&queue=901`);
    expect(intervals.length).toBeGreaterThanOrEqual(4);
    expect(intervals.reduce((sum, { total }) => sum + total.visits, 0)).toBe(1);
    expect(intervals.reduce((sum, { calls }) => sum + calls.inbound.calls, 0)).toBe(1);
    expect(await get(Stats, '/api/stats?from=2020-01-01&to=2020-01-03&interval=day')).toMatchObject({
      total: { visits: 0, service_level: null },
      intervals: [{ begin: '2020-01-01T00:00:00.000Z' }, { begin: '2020-01-02T00:00:00.000Z' }],
    });
  });
});

describe('names of queues and agents', () => {
  it('are beside the ids in every answer', async () => {
    expect(await get(Names, '/api/names')).toMatchObject(names);
    expect((await get(Queues, '/api/queues')).queues.map(({ queue, name }) => [queue, name])).toEqual([
      ['900', 'Support'],
      ['901', 'Sales'],
    ]);
    expect((await get(Agents, '/api/agents')).agents.map(({ actor, name }) => [actor, name])).toEqual([
      ['ana@example.com', 'Ana Souza'],
      ['bia@example.com', 'Bia Lima'],
    ]);
    const { queues } = await get(Stats, `/api/stats?from=${ago(3_600)}&to=${ago(-60)}`);
    expect(queues.map(({ name }) => name).toSorted()).toEqual(['Sales', 'Support']);
    const { calls } = await get(FoundCalls, `${path}?queue=901`);
    expect(calls).toMatchObject([{ queue: '901', queue_name: 'Sales' }]);
    expect(await get(WholeCall, `${path}/talks`)).toMatchObject({
      queue_name: 'Support',
      visits: [{ queue_name: 'Support', actor_name: 'Ana Souza' }],
      agents: [{ actor: 'ana@example.com', actor_name: 'Ana Souza', queue_name: 'Support' }],
    });
  });

  it('are only those of the scope of a token', async () => {
    const token = await tokenWith({ queues: ['900', 'none'] });
    const { queues, agents } = await get(Names, '/api/names', token);
    expect({ queues, agents }).toEqual({
      queues: { '900': 'Support' },
      agents: { 'ana@example.com': 'Ana Souza' },
    });
  });
});

describe('a request that cannot be answered', () => {
  it.each([
    [400, `${path}?limit=1e9`],
    [400, `${path}?limit=0`],
    [400, `${path}?colour=red`],
    [400, `${path}?state='; drop table calls; --`],
    [400, `${path}?number=12%25`],
    [400, `${path}?from=2026-02-30`],
    [400, `${path}?from=9999-01-01`],
    [400, '/api/stats?from=2026-03-02&to=2026-03-01'],
    [400, '/api/stats?from=2000-01-01&to=2099-01-01&interval=15m'],
    [400, '/api/stats?threshold=-1'],
    [400, '/api/concurrent-calls?from=2026-03-02'],
    [400, '/api/unknown-types?from=2026-03-02'],
    [400, '/api/board'],
    [400, '/api/board?at=monday'],
    [400, '/api/board?at=2026-03-02'],
    [400, '/api/board?at=1999-12-31T23:59:59Z'],
    [400, '/api/board?at=2099-03-02T13:00:00Z'],
    [400, '/api/board?at=2026-03-02T13:00:00%2B16:00'],
    [400, '/api/board?at=2026-03-02T13:00:00Z&known=maybe'],
    [404, `${path}/%E0%A4%A`],
    [404, `${path}/nobody`],
    [404, `${path}/nobody/events`],
    [404, `${path}/${encodeURIComponent('\0')}`],
    [404, '/api'],
    [404, '/api/__proto__'],
  ])('gets a problem with status %d: %s', async (status, address) => {
    const response = await fetch(`${openGateway}${address}`);
    expect(response.status).toBe(status);
    expect(await problem(response)).toMatchObject({ status });
  });

  it('is any other method than GET', async () => {
    const response = await fetch(`${openGateway}${path}`, { method: 'POST', body: '{}' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });
});

describe('a web page', () => {
  it('may send requests only from an allowed host', async () => {
    const from = (origin: string, method = 'GET') => fetch(`${openGateway}${path}`, { method, headers: { origin } });
    const allowed = await from('https://calls.example.com', 'OPTIONS');
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://calls.example.com');
    expect(allowed.headers.get('access-control-allow-headers')).toBe('authorization');
    const foreign = await from('https://evil.example');
    expect([foreign.status, foreign.headers.get('access-control-allow-origin')]).toEqual([403, null]);
  });

  it('is refused when its host name was rebound to this machine (DNS rebinding)', async () => {
    for (const host of ['rebound.evil.example', 'evil.example@127.0.0.1', '127.0.0.1.evil.example', 'evil.example#a'])
      expect((await raw(`${openGateway}${path}`, { host })).statusCode).toBe(421);
    for (const host of ['CALLS.example.com:443', 'calls.example.com.', '[::1]:4000', 'board.localhost', 'gateway:4000'])
      expect((await raw(`${openGateway}${path}`, { host })).statusCode).toBe(200);
  });
});

it('the OpenAPI and AsyncAPI descriptions are served, and 304 to a client that has them', async () => {
  for (const name of ['openapi', 'asyncapi']) {
    const first = await fetch(`${tokenGateway}/api/${name}.json`);
    expect(first.status).toBe(200);
    const etag = first.headers.get('etag') ?? '';
    expect((await raw(`${tokenGateway}/api/${name}.json`, { 'if-none-match': etag })).statusCode).toBe(304);
  }
});

describe('a request with a token', () => {
  it('shows only its scope, in every answer', async () => {
    const token = await tokenWith({ queues: ['900'], numbers: 'masked' });
    const found = await get(FoundCalls, path, token);
    expect(ids(found).toSorted()).toEqual(['talks', 'waits']);
    expect(found.calls.map(({ their_number }) => their_number)).toEqual(['*********5678', '*********5678']);
    expect(ids(await get(FoundCalls, `${path}?queue=901`, token))).toEqual([]);
    const whole = await get(z.looseObject({}), `${path}/talks`, token);
    expect(whole).toMatchObject({
      their_number: '*********5678',
      segments: [{ number: '*********7777' }],
      agents: [{ number: '*********7777' }],
    });
    expect(JSON.stringify(whole)).not.toMatch(/551191|551198/);
    const { events } = await get(FoundEvents, `${path}/talks/events`, token);
    expect(JSON.stringify(events)).not.toContain('551191');
    for (const hidden of [`${path}/other`, `${path}/other/events`])
      await expect(get(z.object(), hidden, token)).rejects.toThrow('404');
    expect(await get(Queues, '/api/queues', token)).toMatchObject({
      total: { waiting: 1 },
      queues: [{ queue: '900' }],
    });
    expect((await get(Agents, '/api/agents', token)).agents).toMatchObject([{ actor: 'ana@example.com' }]);
    const { total, queues, calls } = await get(Stats, `/api/stats?from=${ago(3_600)}&to=${ago(-60)}`, token);
    expect([total.visits, queues.length, calls.inbound.calls]).toEqual([2, 1, 2]);
  });

  it('cannot search by digits that are masked', async () => {
    const token = await tokenWith({ numbers: 'masked' });
    expect(ids(await get(FoundCalls, `${path}?number=5678`, token))).toHaveLength(3);
    await expect(get(FoundCalls, `${path}?number=45678`, token)).rejects.toThrow('403');
  });

  it('that is missing, wrong or expired gets 401', async () => {
    const bare = await fetch(`${tokenGateway}${path}`);
    expect([bare.status, bare.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    for (const token of ['x', await tokenWith({ aud: 'others' }), await tokenWith({}, { expiresInSeconds: -60 })])
      await expect(get(FoundCalls, path, token)).rejects.toThrow('401');
  });
});

it('GET /api/concurrent-calls has a sample every five minutes of today, and only calls of the scope', async () => {
  // Longer than the time between two samples. The tests above count calls without this one.
  await addWhenItHappened(call('sampled', '900', 400));
  const { from, to, samples } = await get(ConcurrentCalls, '/api/concurrent-calls');
  expect(samples).toHaveLength(Math.floor((Date.parse(to) - Date.parse(from)) / 300_000) + 1);
  expect(samples.map(({ at }) => at)).toEqual(samples.map((_, i) => Date.parse(from) + i * 300_000));
  const sum = (of: typeof samples) =>
    of.reduce((all, { waiting, talking, other }) => all + waiting + talking + other, 0);
  expect(sum(samples)).toBeGreaterThan(0);
  const token = await tokenWith({ queues: ['none'] });
  const { samples: hidden } = await get(ConcurrentCalls, '/api/concurrent-calls', token);
  expect(hidden).toHaveLength(samples.length);
  expect(sum(hidden)).toBe(0);
});

it('GET /api/unknown-types has the unknown types of the last 24 hours, and none for a token that hides something', async () => {
  const day = 86_400;
  const misspelt = (type: string, secondsAgo: number) => ({ type, call_id: 'misspelt', timestamp: ago(secondsAgo) });
  await addWhenItHappened([
    misspelt('call.finish', day + 60),
    misspelt('call.finish', 30),
    misspelt('call.finish', 20),
  ]);
  await addWhenItHappened([misspelt('5511912345678', 10), misspelt('call.on-going', 5)]);
  const { from, types, more } = await get(UnknownTypes, '/api/unknown-types');
  expect(Math.abs(Date.parse(from) - (Date.now() - day * 1_000))).toBeLessThan(60_000);
  expect({ types, more }).toEqual({
    types: [
      { type: 'call.finish', events: 2, last_seen_at: ago(20), similar_to: 'call.finished' },
      { type: '5511912345678', events: 1, last_seen_at: ago(10), similar_to: null },
    ],
    more: undefined,
  });
  const all = await tokenWith({ queues: '*', numbers: 'full' });
  expect((await get(UnknownTypes, '/api/unknown-types', all)).types).toHaveLength(2);
  for (const claims of [
    { queues: ['900'], numbers: 'full' },
    { queues: '*', numbers: 'masked' },
  ])
    expect((await get(UnknownTypes, '/api/unknown-types', await tokenWith(claims))).types).toEqual([]);
});

describe('an export', () => {
  const formula = '=HYPERLINK("http://example.com")';
  const period = `from=${ago(3_600)}&to=${ago(-60)}`;
  const download = async (name: string, query = '', headers: Readonly<Record<string, string>> = {}) => {
    const base = headers['authorization'] === undefined ? openGateway : tokenGateway;
    const response = await fetch(`${base}/api/export/${name}?${period}${query}`, { headers });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return response;
  };
  const bearer = async (claims: Readonly<Record<string, unknown>>) => ({
    authorization: `Bearer ${await tokenWith(claims)}`,
  });
  type Row = Readonly<Record<string, string>>;
  const rowsOf = async (response: Response) =>
    Papa.parse<Row>(await response.text(), { header: true, skipEmptyLines: true }).data;
  const csv = async (name: string, query?: string, headers?: Readonly<Record<string, string>>) =>
    rowsOf(await download(name, query, headers));
  const ndjson = async (name: string, query = '') =>
    (await (await download(name, `${query}&format=ndjson`)).text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);

  beforeAll(() =>
    addWhenItHappened([
      { type: 'call.new', call_id: 'formula', ...parties, their_number: formula, timestamp: ago(20) },
      { type: 'call.waiting', call_id: 'formula', queue: '900', timestamp: ago(20) },
      { type: 'call.queue-abandon', call_id: 'formula', queue: '900', timestamp: ago(15) },
      { type: 'call.finished', call_id: 'formula', timestamp: ago(15) },
    ]),
  );

  it('has the calls and visits that the numbers count, and the agents and events behind them', async () => {
    const { total, calls: counted } = await get(Stats, `/api/stats?${period}`);
    const calls = await csv('calls');
    expect(calls).toHaveLength(counted.inbound.calls);
    expect(calls.filter(({ outcome }) => outcome === 'abandoned')).toHaveLength(counted.inbound.abandoned);
    expect(calls.map(({ call_id, began_at }) => [began_at, call_id])).toEqual(
      calls.map(({ call_id, began_at }) => [began_at, call_id]).toSorted(),
    );
    expect(calls.find(({ call_id }) => call_id === 'talks')).toMatchObject({
      queue_name: 'Support',
      their_number: '5511912345678',
      outcome: 'answered',
    });
    const visits = await csv('visits');
    expect(visits).toHaveLength(total.visits);
    expect(await csv('visits', '&outcome=answered&wait_max=5')).toMatchObject([
      { call_id: 'talks', wait_ms: '5000', actor: 'ana@example.com', actor_name: 'Ana Souza' },
    ]);
    expect(await csv('visits', '&outcome=answered&wait_max=4.999')).toEqual([]);
    expect(await csv('visits', '&outcome=answered&wait_min=5')).toHaveLength(1);
    expect(await csv('visits', '&outcome=answered&wait_min=5.001')).toEqual([]);
    // Each visit is in one hour of one day of the week, by the clocks of the time zone.
    const [talks] = await csv('visits', '&outcome=answered');
    const { time_zone: timeZone } = await get(Stats, `/api/stats?${period}`);
    const format = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', hour: '2-digit', hourCycle: 'h23' });
    const shown = format.formatToParts(Date.parse(talks!['waiting_at']!));
    const partOf = (type: string) => shown.find((part) => part.type === type)?.value ?? '';
    const weekday = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(partOf('weekday')) + 1;
    const hour = Number(partOf('hour'));
    const answered = (when: string) => csv('visits', `&outcome=answered${when}`);
    expect(await answered(`&weekday=${weekday}&hour=${hour}`)).toEqual([talks]);
    expect(await answered(`&weekday=${(weekday % 7) + 1}`)).toEqual([]);
    expect(await answered(`&hour=${(hour + 12) % 24}`)).toEqual([]);
    expect(await csv('agent-calls')).toMatchObject([{ call_id: 'talks', number: mobile, on_call_ms: '' }]);
    const events = await csv('events', '&kind=call.waiting');
    expect(events).toHaveLength(calls.length);
    expect(JSON.parse(events[0]?.['event'] ?? '')).toMatchObject({ type: 'call.waiting' });
  });

  it('has the times of agents that the numbers of agents count', async () => {
    const { agents, total, queues, intervals } = await get(AgentStats, `/api/stats/agents?${period}&interval=day`);
    const talked = { calls: 1, on_call_ms: 0, on_call_ms_mean: null, on_call_ms_max: 0 };
    expect([total, queues, intervals]).toMatchObject([
      talked,
      [{ queue: '900', name: 'Support', ...talked }],
      [talked],
    ]);
    const onCalls = { on_call_ms: 0, on_call_ms_mean: null, on_call_ms_max: 0 };
    expect(agents).toMatchObject([
      { actor: 'ana@example.com', name: 'Ana Souza', calls: 1, ...onCalls, paused_ms: 0 },
      { actor: 'bia@example.com', name: 'Bia Lima', calls: 0, ...onCalls, occupancy: 0 },
    ]);
    const [ana, bia] = agents;
    // Logged in 100 s before the tests, and on a call for the last 35 s or more of these.
    expect(ana!.logged_in_ms).toBeGreaterThanOrEqual(100_000);
    expect(ana!.occupancy).toBeGreaterThanOrEqual(0.35);
    expect(ana!.occupancy).toBeLessThan(1);
    expect((bia!.logged_in_ms ?? 0) - (bia!.paused_ms ?? 0)).toBe(10_000);

    // A longer period has no times logged in, and says so: only agents with calls.
    const days = (count: number) => `from=${ago(count * 86_400)}&to=${ago(0)}`;
    expect((await get(AgentStats, `/api/stats/agents?${days(32)}`)).occupancy_days_max).toBeUndefined();
    const long = await get(AgentStats, `/api/stats/agents?${days(33)}`);
    expect([long.occupancy_days_max, long.agents]).toMatchObject([
      32,
      [{ actor: 'ana@example.com', calls: 1, logged_in_ms: null, paused_ms: null, occupancy: null }],
    ]);

    const hidden = await tokenWith({ queues: ['901'] });
    const ofBia = [{ actor: 'bia@example.com', calls: 0 }];
    expect((await get(AgentStats, `/api/stats/agents?${period}`, hidden)).agents).toMatchObject(ofBia);
    expect((await get(AgentStats, `/api/stats/agents?${period}&queue=901`)).agents).toMatchObject(ofBia);
    const none = await get(AgentStats, `/api/stats/agents?${period}&queue=900`, hidden);
    expect([none.agents, none.queues, none.total.calls, none.intervals]).toEqual([[], [], 0, undefined]);
  });

  it('counts what became of delegations, and names those that were not sent, of the visible queues', async () => {
    const outcomes = [
      ['waits', 'sent', 36],
      ['talks', 'late', 8_000],
      ['other', 'unknown', 4_000],
      ['elsewhere', 'sent', 90],
    ] as const;
    const timestamp = ago(10);
    for (const [call_id, outcome, latency_ms] of outcomes)
      await tables.append([{ type: `delegation.${outcome}`, call_id, destination: '901', latency_ms, timestamp }], {
        source: 'delegator',
      });
    // The same in a webhook counts for nothing.
    await tables.append([{ type: 'delegation.failed', call_id: 'waits', timestamp }]);
    await tables.project();
    const address = `/api/stats/delegations?${period}`;
    const others = [
      { call_id: 'other', outcome: 'unknown', at: timestamp },
      { call_id: 'talks', outcome: 'late', at: timestamp },
    ];
    const counts = { calls: 4, sent: 2, sent_share: 0.5, failed: 0, late: 1, unknown: 1, latency_ms_p95: 90 };
    const all = await get(DelegationStats, address);
    expect({ ...all, not_sent: all.not_sent.toSorted((a, b) => (a.call_id < b.call_id ? -1 : 1)) }).toMatchObject({
      ...counts,
      not_sent: others,
    });
    const ofQueue = {
      calls: 2,
      sent: 1,
      sent_share: 0.5,
      late: 1,
      unknown: 0,
      latency_ms_p95: 36,
      not_sent: [others[1]],
    };
    expect(await get(DelegationStats, `${address}&queue=900`)).toMatchObject(ofQueue);
    const restricted = await tokenWith({ queues: ['900'] });
    expect(await get(DelegationStats, address, restricted)).toMatchObject(ofQueue);
    const none = { calls: 0, sent_share: null, latency_ms_p95: null, not_sent: [] };
    expect(await get(DelegationStats, `${address}&queue=901`, restricted)).toMatchObject(none);
    expect(await get(DelegationStats, '/api/stats/delegations?from=2020-01-01&to=2020-01-02')).toMatchObject(none);
  });

  it('has the times that agents were logged in, of the queues that the token may see', async () => {
    const ofAna = { actor: 'ana@example.com', actor_name: 'Ana Souza', queue: '900', state: 'logged_in', ended_at: '' };
    const ofBia = [
      { actor: 'bia@example.com', queue: '901', state: 'logged_in', end_reason: 'paused', duration_ms: '10000' },
      { actor: 'bia@example.com', queue: '901', state: 'paused', end_reason: '', duration_ms: '' },
    ];
    expect(await csv('agent-sessions')).toMatchObject([ofAna, ...ofBia]);
    expect(await csv('agent-sessions', '&actor=ana@example.com')).toMatchObject([ofAna]);
    expect(await csv('agent-sessions', '', await bearer({ queues: ['901'] }))).toMatchObject(ofBia);
    expect(await ndjson('agent-sessions', '&limit=1')).toMatchObject([{ ...ofAna, ended_at: null }]);
    // Of a later period, those that went on in it are there on request, page by page once each.
    const later = async (query: string) =>
      rowsOf(await fetch(`${openGateway}/api/export/agent-sessions?from=${ago(5)}&to=${ago(-7_200)}${query}`));
    expect(await later('')).toEqual([]);
    expect(await later('&overlapping=true')).toMatchObject([ofAna, ofBia[1]]);
  });

  it('is the same as NDJSON, and has only the first rows of a limit', async () => {
    for (const name of ['visits', 'agent-calls'])
      expect((await ndjson(name)).map(({ call_id }) => call_id)).toEqual(
        (await csv(name)).map(({ call_id }) => call_id),
      );
    for (const name of ['calls', 'events'])
      expect((await ndjson(name)).map(({ aggregate_id }) => aggregate_id ?? '')).toEqual(
        (await csv(name)).map(({ call_id }) => call_id),
      );
    const first = (rows: Awaited<ReturnType<typeof ndjson>>) => rows.slice(0, 2).map(({ id }) => id);
    expect((await ndjson('calls', '&limit=2')).map(({ id }) => id)).toEqual(first(await ndjson('calls')));
    const accepted = await download('calls', '', { accept: 'application/x-ndjson' });
    expect(accepted.headers.get('content-type')).toContain('application/x-ndjson');
  });

  it('is a file that a spreadsheet opens, with a byte order mark on request, and computes nothing of', async () => {
    const response = await download('calls', '&bom=true');
    expect(response.headers.get('content-disposition')).toMatch(
      /^attachment; filename="calls_\d{8}T\d{6}Z_\d{8}T\d{6}Z\.csv"$/,
    );
    expect(response.headers.get('cache-control')).toBe('no-store');
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.subarray(0, 3)).toEqual(Buffer.from('\uFEFF'));
    const [header = ''] = (await (await download('calls', '&delimiter=semicolon')).text()).split('\r\n');
    expect(header).toMatch(/^call_id;direction;outcome;/);
    expect((await csv('calls')).find(({ call_id }) => call_id === 'formula')).toMatchObject({
      their_number: `'${formula}`,
    });
  });

  it('shows only the scope of its token, and masks what the live lists mask', async () => {
    const scoped = await bearer({ queues: ['901'], numbers: 'masked' });
    for (const name of ['calls', 'visits', 'events']) {
      const rows = await csv(name, '', scoped);
      expect(new Set(rows.map(({ call_id }) => call_id))).toEqual(new Set(['other']));
      expect(JSON.stringify(rows)).not.toContain('551191234');
    }
    expect(await csv('agent-calls', '', scoped)).toEqual([]);
    const masked = await bearer({ numbers: 'masked' });
    expect(await csv('agent-calls', '', masked)).toMatchObject([
      { number: '*********7777', their_number: '*********5678' },
    ]);
    const [event] = await csv('events', '&kind=actor.entered', masked);
    expect(JSON.parse(event?.['event'] ?? '')).toMatchObject({ number: '*********7777' });
    expect(event?.['uuid']).toMatch(/^00000000-0000-8000-8000-/);
  });

  it.each([
    ['?from=2026-03-02&to=2026-03-01', 'before it begins'],
    ['?limit=0', 'limit'],
    ['?format=xlsx', 'format'],
    ['?outcome=lost', 'outcome'],
    ['?queues=900', 'queues'],
  ])('of %s is a 400 that says why', async (query, why) => {
    const response = await fetch(`${openGateway}/api/export/calls${query}`);
    expect(response.status).toBe(400);
    expect((await problem(response)).detail).toContain(why);
  });

  /** The response to a client that reads its head only. */
  const unread = (query: string, name = 'events'): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const url = `${openGateway}/api/export/${name}?${period}${query}`;
      request(url, { agent: false }, resolve).on('error', reject).end();
    });

  it('waits for a client that does not read, without a transaction, and is cut off if its next page fails', async () => {
    // More than the buffers between the gateway and the client take.
    const bodies = Array.from({ length: 30 }, (_, n) => ({
      type: 'call.data-provided',
      call_id: 'large',
      timestamp: ago(10),
      data: `${n}${'x'.repeat(900_000)}`,
    }));
    for (const body of bodies) await tables.append([body], { receivedAt: Date.parse(body.timestamp) });
    await tables.project();
    const query = '&kind=call.data-provided&format=ndjson';

    // Each keeps a page in memory: a limit of rows does not bound their bytes.
    const limited = await Promise.all([unread(`${query}&limit=30`), unread(`${query}&limit=30`)]);
    expect(limited.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    const third = () => fetch(`${openGateway}/api/export/events?${period}${query}&limit=30`);
    expect((await third()).status).toBe(429);
    for (const response of limited) response.destroy();
    const lines = async (): Promise<number> => (await (await third()).text()).trimEnd().split('\n').length;
    await until(async () => (await lines()) === bodies.length, {
      onTimeout: () => new Error('The slots of closed exports stay in use.'),
    });

    const response = await unread(query);
    const sql = poolOf(tables.db);
    const isIdle = async (): Promise<boolean> => {
      const busy = `select from pg_stat_activity where application_name = 'callstream-gateway' and state <> 'idle'`;
      return (await sql.query(busy)).rowCount === 0;
    };
    await until(isIdle, { onTimeout: () => new Error('A connection to Postgres stays in use.') });
    await sql.query('alter table events rename to events_away');
    const readAll = async (): Promise<void> => {
      for await (const _ of response);
    };
    try {
      await expect(readAll()).rejects.toThrow('aborted');
    } finally {
      await sql.query('alter table events_away rename to events');
    }
  });

  it('begins after its first query, also if no row is found for long', async () => {
    const sql = poolOf(tables.db);
    const waits = (query: string): Promise<true> =>
      until(async () => (await sql.query(waiting, [query])).rowCount === 1, {
        onTimeout: () => new Error(`No query waits for a lock: ${query}`),
      });
    const waiting = `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database() and query like $1`;
    const [first, second] = [await sql.connect(), await sql.connect()];
    try {
      for (const client of [first, second]) await client.query('begin');
      await first.query('lock table visits');
      const response = unread('&format=ndjson&queue=none', 'visits');
      await waits('%page_at%');
      // Gets the lock after the first query of the export, before its second one.
      const locked = second.query('lock table visits');
      await waits('lock table%');
      await first.query('commit');
      await locked;
      const begun = await response;
      expect(begun.statusCode).toBe(200);
      await second.query('commit');
      expect(await begun.toArray()).toEqual([]);
    } finally {
      for (const client of [first, second]) {
        await client.query('rollback');
        client.release();
      }
    }
  });

  it('without a row has the names of its columns', async () => {
    const text = await (await fetch(`${openGateway}/api/export/calls?from=2020-01-01&to=2030-01-01&queue=none`)).text();
    expect(text).toMatch(/^call_id,direction,outcome,[a-z_,]+,id\r\n$/);
  });
});

describe('GET /api/board', () => {
  /** A little after an event that happened so many seconds ago. */
  const board = (secondsAgo: number, query = '', token?: string) =>
    get(PastBoard, `/api/board?at=${ago(secondsAgo - 0.5)}${query}`, token);
  const waitingIn = ({ queues }: PastBoard) =>
    Object.fromEntries(queues.queues.map(({ queue, waiting, talking }) => [queue, [waiting, talking]]));

  it('has calls, queues and agents as of the moment', async () => {
    const before = await board(40);
    expect(before).toMatchObject({ at: ago(39.5), known: 'now', late_events: 0, late_calls: [] });
    expect(before.calls.find(({ call_id }) => call_id === 'talks')).toMatchObject({ state: 'WAITING', queue: '900' });
    expect(before.calls.map(({ call_id }) => call_id)).not.toContain('waits');
    expect(waitingIn(before)).toMatchObject({ '900': [expect.any(Number), 0], '901': [1, 0] });
    expect(before.agents.agents).toMatchObject([
      { actor: 'ana@example.com', name: 'Ana Souza', presence: 'available', since: now - 100_000 },
      { actor: 'bia@example.com', presence: 'paused', since: now - 90_000 },
    ]);
    const { agents, queues } = await board(35);
    expect(agents.agents).toMatchObject([{ presence: 'on_call', calls: ['talks'] }, { presence: 'paused' }]);
    expect(queues.queues.find(({ queue }) => queue === '900')).toMatchObject({ name: 'Support', talking: 1 });
    expect((await board(95)).agents.agents).toMatchObject([{ presence: 'available' }, { presence: 'available' }]);
  });

  it('of now is the live board', async () => {
    const { queues, agents } = await board(0.5);
    const withoutTime = ({ as_of: _, ...rest }: Queues | Agents) => rest;
    // The live numbers are read at most once a second.
    const isRead = async () => (await get(Queues, '/api/queues')).total.waiting === queues.total.waiting;
    await until(isRead, { onTimeout: () => new Error('The live queues were not read again.') });
    expect(withoutTime(queues)).toEqual(withoutTime(await get(Queues, '/api/queues')));
    expect(withoutTime(agents)).toEqual(withoutTime(await get(Agents, '/api/agents')));
  });

  it('shows only the scope of a token', async () => {
    const token = await tokenWith({ queues: ['901'], numbers: 'masked' });
    const past = await board(40, '', token);
    expect(past.calls).toMatchObject([{ call_id: 'other', their_number: '*********5678' }]);
    expect(past.queues.queues.map(({ queue }) => queue)).toEqual(['901']);
    expect(past.agents.agents).toMatchObject([{ actor: 'bia@example.com' }]);
    expect(JSON.stringify(past)).not.toMatch(/551191|551198|talks/);
  });

  it('is the same over the socket, by the scope of its token', async () => {
    for (const scope of [undefined, { queues: ['901'], numbers: 'masked' } as const]) {
      const token = await tokenWith(scope);
      using client = await connect(Number(new URL(tokenGateway).port), '/', {
        headers: { authorization: `Bearer ${token}` },
      });
      const data = { at: ago(39.5), finished: false };
      client.send({ event: 'GetBoard', data, id: 'past' });
      const answer = await client.next((frame) => 'id' in frame && frame.id === 'past');
      expect(answer).toMatchObject({ event: 'GetBoard', status: 'Ok' });
      expect(answer.data).toEqual(await board(40, '&finished=false', token));
    }
  });

  it('over the socket needs a moment that is not in the future', async () => {
    using client = await connect(Number(new URL(openGateway).port), '/');
    const problems = { '2099-01-01T00:00:00Z': /^at: is in the future; now it is 20/, noon: /^at: / };
    for (const [at, problem] of Object.entries(problems)) {
      client.send({ event: 'GetBoard', data: { at }, id: at });
      const answer = await client.next((frame) => 'id' in frame && frame.id === at);
      expect(answer).toMatchObject({ event: 'GetBoard', status: 'Failed' });
      expect('error' in answer && answer.error).toMatch(problem);
    }
  });

  it('differs by late events between what was known then and what is known now', async () => {
    const late = [...call('late', '902', 60), { type: 'call.finished', call_id: 'late', timestamp: ago(20) }];
    await tables.append(late);
    await tables.project();
    expect(waitingIn(await board(50))).toMatchObject({ '902': [1, 0] });
    expect(await board(50)).toMatchObject({ late_events: 2, late_calls: ['late'] });
    expect((await board(50, '&known=then')).queues.queues.map(({ queue }) => queue)).not.toContain('902');
    const ended = await board(15);
    expect(ended.calls.find(({ call_id }) => call_id === 'late')).toMatchObject({ state: 'FINISHED' });
    expect((await board(15, '&finished=false')).calls.map(({ call_id }) => call_id)).not.toContain('late');
  });

  it('before the first call is empty, and says why', async () => {
    const past = await get(PastBoard, '/api/board?at=2001-01-01T00:00:00Z');
    expect(past).toMatchObject({ calls: [], agents: { agents: [] }, queues: { queues: [] } });
    expect(past.note).toMatch(/^Nothing is known of this time: callstream received the first call at 20/);
    const future = await problem(await fetch(`${openGateway}/api/board?at=2099-01-01T00:00:00Z`));
    expect(future.detail).toMatch(/^at: is in the future; now it is 20/);
  });

  it('of many moments at once is read a few at a time, while live answers come', async () => {
    let open = 20;
    const boards = Array.from({ length: open }, async (_, i) => {
      const { status } = await fetch(`${openGateway}/api/board?at=${ago(i)}`);
      open--;
      return status;
    });
    await get(Queues, '/api/queues');
    expect(open).toBeGreaterThan(0);
    expect(new Set(await Promise.all(boards))).toEqual(new Set([200]));
  });
});
