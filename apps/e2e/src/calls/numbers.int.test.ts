import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agents, AgentStats, Queues, Stats } from '@callstream/contracts';
import { fixtureEvents } from '@callstream/domain/testing';
import Papa from 'papaparse';
import { startTimeFor, fillTopic, simulatedBodies } from '../load/simulated-webhooks.ts';
import { until } from '@callstream/stack';
import { readLog } from '../log/read-log.ts';
import { recountLive, recountWrapUp } from './recount-live.ts';
import { recount, recountAgentCalls, recountCalls } from './recount.ts';
import type { CallCount } from './recount.ts';
import type { RawEvent } from '../ingest/raw-event.ts';
import { execCommand, launch } from '../system/service-process.ts';
import { hasTerminals, launchOnTerminal } from '../system/terminal.ts';
import { startGateway } from '../system/gateway.ts';
import type { System } from '../system/system.ts';
import { startTestSystem } from '../system/test-system.ts';

// For a busy machine.
const cleanup = new AsyncDisposableStack();
let system: System;
let log: readonly RawEvent[];

/** A little more than a day of a small call centre in which callers wait. */
const events = 9_000;
const perSecond = 0.1;
/** The last half hour of another call centre, for the live numbers. */
const liveEvents = 1_000;
const livePerSecond = 0.5;

/** Outbound calls that go on: one waits in a queue, and one is talked on. */
const dialled = (): string[] =>
  ['call.waiting', 'call.ongoing'].map((type) =>
    JSON.stringify({
      type,
      call_id: `dialled ${type}`,
      queue: '900',
      direction: 'outbound',
      their_number: '11988880000',
      timestamp: new Date(Date.now() - 3_600_000).toISOString(),
    }),
  );

/** A call that each of these agents leaves, and their events after it: seconds from now. The time of each is that of our clock. */
function callsOfAgents(): string[] {
  const startMs = Date.now();
  const at = (seconds: number) => new Date(startMs + seconds * 1_000).toISOString();
  const afterwards: Record<string, readonly (readonly [type: string, seconds: number])[]> = {
    rests: [],
    'rested long ago': [['call.recording-available', 5]],
    'paused after it': [['actor.paused', 5]],
    'paused before its end': [['actor.paused', -20]],
    'is available again': [['actor.unpaused', 5]],
    'unpaused in the second of its end': [['actor.unpaused', 1]],
    'logged out': [['actor.logged-out', 5]],
    'missed a ring': [
      ['actor.ringing', 2],
      ['actor.noanswer', 5],
    ],
  };
  return Object.entries(afterwards).flatMap(([actor, later]) => {
    const left = actor === 'rested long ago' ? -3_000 : 1;
    const onCall = (type: string, seconds: number, call_id = `of ${actor}`) =>
      JSON.stringify({ type, call_id, actor, queue: '900', timestamp: at(seconds) });
    return [
      JSON.stringify({ type: 'actor.logged-in', actor, queue: '900', timestamp: at(-4_000) }),
      onCall('actor.entered', left - 30),
      onCall('actor.left', left),
      onCall('call.finished', left),
      ...later.map(([type, seconds]) =>
        type.startsWith('call.') || /ring|noanswer/.test(type)
          ? onCall(type, seconds, type.startsWith('call.') ? undefined : `rings at ${actor}`)
          : JSON.stringify({ type, actor, queue: '900', timestamp: at(seconds) }),
      ),
    ];
  });
}

/** Live counts of the calls with an event in the last two hours, as the gateway counts them. */
const staleAfterMs = 2 * 3_600_000;
const live = () => recountLive(log, Date.now() - staleAfterMs);

beforeAll(async () => {
  system = cleanup.use(await startTestSystem());
  await fillTopic(system, [...fixtureEvents.values()].flat());
  await fillTopic(system, simulatedBodies(events, perSecond, { agents: 2 }));
  const start = startTimeFor(liveEvents, livePerSecond);
  await fillTopic(system, simulatedBodies(liveEvents, livePerSecond, { agents: 2, seed: 2, start }));
  await fillTopic(system, dialled());
  await fillTopic(system, callsOfAgents());
  await system.untilProjected();
  log = (await readLog(system.kafka, system.topic)).map(({ callId, receivedAt, json }) => ({
    callId,
    receivedAt,
    body: JSON.parse(json) as RawEvent['body'],
  }));
});
afterAll(() => cleanup.disposeAsync());

async function get<T>(
  schema: { readonly parse: (value: unknown) => T },
  path: string,
  socketUrl = system.socketUrl,
): Promise<T> {
  const response = await fetch(`${socketUrl.replace('ws:', 'http:')}api/${path}`);
  return schema.parse(await response.json());
}

/** The fields that both counts have. */
const comparable = ({
  visits,
  answered,
  answered_in_time,
  abandoned,
  abandoned_short,
  flowed_out,
  open,
  asa_ms,
}: Stats['total']) => ({
  visits,
  answered,
  answered_in_time,
  abandoned,
  abandoned_short,
  flowed_out,
  open,
  asa_ms: asa_ms === null ? null : (expect.closeTo(asa_ms, 6) as unknown),
});

/** The outcomes that some call has, by direction. */
const named = (calls: Stats['calls']): CallCount =>
  Object.fromEntries(
    Object.entries(calls)
      .filter(([, counts]) => counts.calls > 0)
      .map(([direction, counts]) => [
        direction,
        Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
      ]),
  );

describe('the numbers of a log with all call lives and a simulated day', () => {
  it.each([
    ['2026-03-02T00:00:00Z', '2026-03-03T00:00:00Z', 20],
    ['2026-03-03T00:00:00Z', '2026-03-04T00:00:00Z', 0],
    ['2026-03-02T13:30:00Z', '2026-03-02T14:45:00Z', 7.5],
    ['2026-03-01T00:00:00Z', '2026-03-09T00:00:00Z', 120],
  ])(
    'queue totals and outcomes of calls equal an independent recount of the log: %s to %s, answered within %d s',
    async (from, to, threshold) => {
      const rules = {
        from: Date.parse(from),
        to: Date.parse(to),
        serviceLevelMs: threshold * 1_000,
        shortAbandonMs: 5_000,
      };
      const counted = recount(log, rules);
      expect(counted.size).toBeGreaterThan(2);
      const { queues, calls } = await get(Stats, `stats?from=${from}&to=${to}&threshold=${threshold}`);
      expect(named(calls)).toEqual(recountCalls(log, { ...rules, since: Date.now() - staleAfterMs }));
      expect(Object.fromEntries(counted)).toEqual(
        Object.fromEntries(queues.map(({ queue, ...totals }) => [queue, comparable(totals)])),
      );
    },
  );

  it('the times of agents on calls equal an independent recount of the log', async () => {
    const [from, to] = ['2026-03-02T15:00:00Z', '2026-03-04T00:00:00Z'];
    const { agents } = await get(AgentStats, `stats/agents?from=${from}&to=${to}`);
    const expected = recountAgentCalls(log, { from: Date.parse(from), to: Date.parse(to) });
    expect(Object.keys(expected).length).toBeGreaterThan(1);
    expect(
      Object.fromEntries(
        agents
          .filter(({ calls }) => calls > 0)
          .map(({ actor, calls, on_call_ms, on_call_ms_max }) => [actor, { calls, on_call_ms, on_call_ms_max }]),
      ),
    ).toEqual(expected);
    // How long is counted second by second where the function is tested.
    const loggedIn = agents.filter(({ logged_in_ms }) => (logged_in_ms ?? 0) > 0);
    expect(loggedIn.length).toBeGreaterThan(1);
    for (const { logged_in_ms, paused_ms } of loggedIn) expect(paused_ms).toBeLessThanOrEqual(logged_in_ms ?? 0);
  });

  it('two thresholds, and half hours of a zone, are recounts of their own', async () => {
    const period = 'from=2026-03-02T15:00:00Z&to=2026-03-03T15:00:00Z';
    const byThreshold = async (threshold: number) =>
      (await get(Stats, `stats?${period}&interval=30m&threshold=${threshold}`)).intervals ?? [];
    const [ten, sixty] = [await byThreshold(10), await byThreshold(60)];
    expect(ten).toHaveLength(48);
    for (const [threshold, intervals] of [
      [10, ten],
      [60, sixty],
    ] as const)
      // Every fourth: a recount reads the whole log.
      for (const { begin, queues } of intervals.filter((_, i) => i % 4 === 0)) {
        const from = Date.parse(begin);
        const rules = { from, to: from + 1_800_000, serviceLevelMs: threshold * 1_000, shortAbandonMs: 5_000 };
        expect(Object.fromEntries(queues.map(({ queue, ...totals }) => [queue, comparable(totals)]))).toEqual(
          Object.fromEntries(recount(log, rules)),
        );
      }
  });

  it('hourly totals add up to the total of the period', async () => {
    const period = 'from=2026-03-02&to=2026-03-04';
    const { total, calls, intervals = [] } = await get(Stats, `stats?${period}&interval=hour`);
    expect(intervals).toHaveLength(48);
    const sum = (field: 'visits' | 'abandoned') => intervals.reduce((all, interval) => all + interval.total[field], 0);
    expect(sum('visits')).toBe(total.visits);
    expect(sum('abandoned')).toBe(total.abandoned);
    for (const direction of ['inbound', 'outbound', 'internal'] as const) {
      expect(calls[direction].calls).toBeGreaterThan(10);
      expect(intervals.reduce((all, interval) => all + interval.calls[direction].calls, 0)).toBe(
        calls[direction].calls,
      );
    }
    expect(calls.inbound.ended_before_queue).toBeGreaterThan(0);
    expect(total.abandoned).toBeGreaterThan(10);
    expect(total.flowed_out).toBeGreaterThan(0);
  });

  it('live counts of queues and agents equal an independent recount of the log', async () => {
    const { total, queues } = await get(Queues, 'queues');
    const { waiting, longest_waiting_since, talking, outbound, internal } = total;
    const { agents } = await get(Agents, 'agents');
    const agents_on_call = agents.filter(({ presence }) => presence === 'on_call').length;
    expect({ waiting, longest_waiting_since, talking, outbound, internal, agents_on_call }).toEqual(live());
    expect([outbound.waiting, outbound.talking].every((count) => count > 0)).toBe(true);
    expect([waiting, talking, agents_on_call].every((count) => count > 0)).toBe(true);
    expect(queues.reduce((sum, queue) => sum + queue.waiting, 0)).toBe(waiting);
  });

  it('agents in wrap-up equal an independent recount of the log, and are in no count of available ones', async () => {
    const wrapUpSeconds = 1_800;
    await using gateway = await startGateway({ ...system.env, WRAP_UP_SECONDS: String(wrapUpSeconds) });
    const { agents, as_of } = await get(Agents, 'agents', gateway.socketUrl);
    const { total, wrap_up_seconds } = await get(Queues, 'queues', gateway.socketUrl);
    const expected = recountWrapUp(log, { now: as_of, wrapUpMs: wrapUpSeconds * 1_000 });
    const inWrapUp = agents.filter(({ presence }) => presence === 'wrap_up');
    expect(Object.fromEntries(inWrapUp.map(({ actor, until: end }) => [actor, end]))).toEqual(expected);
    expect(Object.keys(expected)).toEqual(
      expect.arrayContaining(['rests', 'unpaused in the second of its end', 'missed a ring']),
    );
    expect([wrap_up_seconds, total.agents.wrap_up]).toEqual([wrapUpSeconds, inWrapUp.length]);
    // Without the setting they are available.
    const without = await get(Queues, 'queues');
    expect(without.total.agents.wrap_up).toBe(0);
    expect(without.total.agents).toEqual({
      ...total.agents,
      wrap_up: 0,
      available: total.agents.available + inWrapUp.length,
    });
    expect(total.agents.available).toBeGreaterThan(0);
  });

  it('the calls of today by queue and in total equal an independent recount of the log', async () => {
    const { total, queues, today } = await get(Queues, 'queues');
    const [from, to] = [Date.parse(today.from), Date.parse(today.to)];
    expect(named(total.calls_today)).toEqual(recountCalls(log, { from, to, since: Date.now() - staleAfterMs }));
    const calls = queues.map(({ calls_today: { inbound, outbound, internal } }) =>
      [inbound, outbound, internal].reduce((sum, counts) => sum + counts.calls, 0),
    );
    const { inbound, outbound, internal } = total.calls_today;
    expect(calls.reduce((sum, count) => sum + count, 0)).toBe(inbound.calls + outbound.calls + internal.calls);
  });
});

it('npm run watch prints the numbers as lines without a terminal, and exits on SIGTERM', async () => {
  await using watch = launch({ name: 'watch', args: ['apps/watch/src/main.ts', '--url', system.socketUrl], env: {} });
  const { waiting } = live();
  const onTimeout = (): Error => new Error(`npm run watch did not print the numbers.\n${watch.tail()}`);
  await until(() => watch.tail().includes(`waiting ${waiting} (longest `), { onTimeout });
  await watch.stop();
  expect(await watch.exited).toBe(0);
});

describe('npm run export', () => {
  const period = ['--from', '2026-03-02T00:00:00Z', '--to', '2026-03-04T00:00:00Z'];
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'callstream-export-'))));
  afterAll(() => rm(folder, { recursive: true }));

  const run = (...args: readonly string[]) => {
    const url = ['--url', system.socketUrl.replace('ws:', 'http:')];
    return execCommand({ args: ['apps/watch/src/export/main.ts', ...url, ...args], env: {} });
  };

  it('writes a file of the visits that an independent recount of the log counts, for another parser of CSV', async () => {
    const file = join(folder, 'visits.csv');
    expect(await run('visits', ...period, '--output', file, '--bom')).toMatchObject({ code: 0 });
    const { data, errors } = Papa.parse<Readonly<Record<string, string>>>(await readFile(file, 'utf8'), {
      header: true,
      skipEmptyLines: true,
    });
    expect(errors).toEqual([]);
    const rules = {
      from: Date.parse('2026-03-02'),
      to: Date.parse('2026-03-04'),
      serviceLevelMs: 20_000,
      shortAbandonMs: 5_000,
    };
    const count = (rows: typeof data, outcome: string) => rows.filter((row) => row['outcome'] === outcome).length;
    const exported = Object.entries(Object.groupBy(data, ({ queue = '' }) => queue)).map(([queue, rows = []]) => [
      queue,
      {
        visits: rows.length,
        answered: count(rows, 'answered'),
        answered_in_time: rows.filter((row) => row['outcome'] === 'answered' && Number(row['wait_ms']) <= 20_000)
          .length,
        abandoned: count(rows, 'abandoned'),
        flowed_out: count(rows, 'flowed_out'),
        open: count(rows, 'open'),
      },
    ]);
    const counted = [...recount(log, rules)].map(([queue, { abandoned_short: _, asa_ms: __, ...counts }]) => [
      queue,
      counts,
    ]);
    expect(Object.fromEntries(exported)).toEqual(Object.fromEntries(counted));
    const filtered = await run('visits', ...period, '--wait-min', '20', '--wait-max', '60', '--format', 'ndjson');
    const waits = (filtered.out.match(/"wait_ms":\d+/g) ?? []).map((field) => Number(field.slice('"wait_ms":'.length)));
    const expected = data.map((row) => Number(row['wait_ms'])).filter((ms) => ms >= 20_000 && ms <= 60_000);
    expect(waits.toSorted()).toEqual(expected.toSorted());
    expect(expected.length).toBeGreaterThan(0);
  });

  it('replaces no file, leaves none behind after a failure, and says what to do', async () => {
    const file = join(folder, 'calls.ndjson');
    const args = ['calls', ...period, '--format', 'ndjson', '--limit', '3', '--output', file];
    expect(await run(...args, '--json')).toMatchObject({ code: 0 });
    expect((await readFile(file, 'utf8')).trimEnd().split('\n')).toHaveLength(3);
    const again = await run(...args);
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('--force') as string });
    expect(await run(...args, '--force')).toMatchObject({ code: 0 });
    const refused = await run('calls', '--outcome', 'lost', '--output', join(folder, 'refused.csv'));
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('outcome') as string });
    expect((await readdir(folder)).toSorted()).toEqual(['calls.ndjson', 'visits.csv']);
  });
});

const onTerminals = hasTerminals ? it : it.skip;

/** `npm run watch` on a terminal. */
const watchOnTerminal = (columns: number, rows: number) =>
  launchOnTerminal({ args: ['apps/watch/src/main.ts', '--url', system.socketUrl], env: {}, columns, rows });

const isComplete = (lines: readonly string[]): boolean =>
  lines.some((line) => line.startsWith('total ')) && lines.some((line) => /^AGENTS [1-9]/.test(line));

onTerminals.each([
  { columns: 40, rows: 10, keys: 'q', key: 'q' },
  { columns: 80, rows: 24, keys: '\x1b', key: 'Esc' },
  { columns: 250, rows: 60, keys: '\x03', key: 'Ctrl-C' },
])('npm run watch fills a terminal of $columns × $rows, and $key ends it', async ({ columns, rows, keys }) => {
  await using watch = watchOnTerminal(columns, rows);
  await watch.until(isComplete);
  const lines = watch.screen();
  expect(lines[0]).toMatch(/^callstream {2}\d\d:\d\d:\d\d {2}live/);
  for (const title of [/^QUEUE +WAIT +LONGEST/, /^WAITING \d+$/, /^AGENTS \d+$/, /^EVENTS$/])
    expect(lines.filter((line) => title.test(line))).toHaveLength(1);
  // Whole columns are left out: no title and no number is cut.
  expect(lines.find((line) => line.startsWith('QUEUE'))?.split(/ +/)).toEqual(
    ['QUEUE', 'WAIT', 'LONGEST', 'TALK', 'AVAIL', 'PAUSED', 'ANSWERED', 'ABANDONED', 'SL', 'ASA'].filter(
      (title) =>
        columns === 250 || (columns === 80 ? title !== 'ASA' : /^(QUEUE|WAIT|LONGEST|TALK|AVAIL)$/.test(title)),
    ),
  );
  expect(watch.hasWrapped()).toBe(false);
  watch.type(keys);
  expect(await watch.exited).toBe(0);
  expect(watch.isRestored()).toBe(true);
});

onTerminals('npm run watch follows the size of its terminal', async () => {
  await using watch = watchOnTerminal(80, 24);
  await watch.until(isComplete);
  watch.resize({ columns: 40, rows: 10 });
  await watch.until(
    (lines) => isComplete(lines) && lines.some((line) => /^QUEUE +WAIT +LONGEST +TALK +AVAIL$/.test(line)),
  );
  expect(watch.hasWrapped()).toBe(false);
});

it('npm run watch prints control characters of a call as harmless lines, and as harmless JSON', async () => {
  await Promise.all([
    expectHarmless({ form: 'lines', args: [], isLive: 'waiting ', shown: 'hostile lines \uFFFD31m\uFFFD' }),
    expectHarmless({
      form: 'JSON',
      args: ['--json'],
      isLive: '"connection":"live"',
      shown: 'hostile JSON \\u009b31m\\u202e',
    }),
  ]);
});

interface WatchForm {
  readonly form: string;
  readonly args: readonly string[];
  readonly isLive: string;
  readonly shown: string;
}

async function expectHarmless({ form, args, isLive, shown }: WatchForm): Promise<void> {
  await using watch = launch({
    name: 'watch',
    args: ['apps/watch/src/main.ts', '--url', system.socketUrl, ...args],
    env: {},
  });
  const printed = (text: string): Promise<boolean> =>
    until(() => watch.tail().includes(text), {
      onTimeout: () => new Error(`npm run watch did not print ${text}.\n${watch.tail()}`),
    });
  await printed(isLive);
  const text = `hostile ${form} \u009b31m\u202E`;
  const at = new Date().toISOString();
  await fillTopic(system, [
    JSON.stringify({ type: 'call.waiting', call_id: text, queue: text, their_number: text, timestamp: at }),
  ]);
  await printed(shown);
  expect(watch.tail()).not.toMatch(/[\u0080-\u009f\u202E]/);
}
