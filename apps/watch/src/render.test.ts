import { callOfLive } from '@callstream/contracts';
import type { Agents, Queues } from '@callstream/contracts';
import stringWidth from 'string-width';
import { plainEvent, render, summary } from './render.ts';
import type { ScreenState } from './screen-state.ts';
import { cell, duration } from './format.ts';

const now = Date.UTC(2026, 2, 2, 13);
const call = (id: string, waitedMs: number, direction = 'inbound') =>
  callOfLive({
    call_id: id,
    id: 1,
    last_id: 1,
    state: 'WAITING',
    state_at: now - waitedMs,
    queue: '900',
    direction,
    their_number: '5511912345678',
    began_at: now - waitedMs,
    heard_at: now,
    waiting_since: now - waitedMs,
    created_at: now,
    updated_at: now,
    last_event_at: now,
  });
const totals = {
  visits: 3,
  answered: 2,
  answered_in_time: 1,
  abandoned: 1,
  abandoned_short: 0,
  timed_out: 0,
  by_key: 0,
  full: 0,
  empty: 0,
  withdrawn: 0,
  flowed_out: 0,
  open: 0,
  service_level: 1 / 3,
  abandon_rate: 1 / 3,
  asa_ms: 20_000,
  wait_ms_max: 30_000,
};
const queue: Queues['total'] = {
  waiting: 2,
  longest_waiting_since: now - 65_000,
  talking: 1,
  outbound: { waiting: 0, talking: 4 },
  internal: { waiting: 0, talking: 0 },
  today: totals,
  calls_today: {
    inbound: {
      calls: 6,
      answered: 2,
      answered_without_queue: 3,
      abandoned: 1,
      flowed_out: 0,
      ended_before_queue: 0,
      open: 0,
      not_known: 0,
    },
    outbound: { calls: 4, connected: 4, not_connected: 0, open: 0, not_known: 0 },
    internal: { calls: 0, answered: 0, not_answered: 0, open: 0, not_known: 0 },
  },
  agents: { on_call: 1, ringing: 0, not_known: 0, wrap_up: 2, available: 3, paused: 1, logged_out: 0 },
};
const agent: Agents['agents'][number] = {
  actor: 'joão \x1b[2J 👩‍💻@example.com',
  number: null,
  presence: 'on_call',
  since: now - 5_000,
  calls: ['c1'],
  queues: [],
};
const state: ScreenState = {
  status: { connection: 'live', asOf: now, lag: 0, isStale: false, isOtherVersion: false, problem: null },
  now,
  calls: new Map(
    [call('young', 5_000), call('old', 65_000), call('dialled', 70_000, 'outbound')].map((waiting) => [
      waiting.callId,
      waiting,
    ]),
  ),
  queues: {
    as_of: now,
    today: { from: '', to: '' },
    time_zone: 'UTC',
    service_level_seconds: 20,
    short_abandon_seconds: 5,
    wrap_up_seconds: 0,
    total: queue,
    queues: [{ ...queue, queue: '900' }],
  },
  agents: { as_of: now, agents: [agent] },
  names: null,
  events: [{ at: now, what: 'WAITING', call: call('young', 5_000) }],
};
const plain = (_style: string, text: string): string => text;

it.each([
  [40, 10],
  [80, 24],
  [250, 60],
  [20, 5],
  [1, 1],
])('the screen fits into a terminal of %d × %d', (columns, rows) => {
  const lines = render(state, { columns, rows }, plain);
  expect(lines.length).toBeLessThanOrEqual(rows);
  for (const line of lines) expect(stringWidth(line)).toBe(columns);
});

it('the longest wait is first, and its duration advances', () => {
  const waitingLines = (at: ScreenState) =>
    render(at, { columns: 100, rows: 40 }, plain).filter((line) => /^ +\d+:\d\d {2}900 /.test(line));
  expect(waitingLines(state).map((line) => line.trim().split(/ +/))).toMatchObject([
    ['1:05', '900', '5511912345678', 'old'],
    ['0:05', '900', '5511912345678', 'young'],
  ]);
  expect(waitingLines({ ...state, now: now + 1_000 })[0]).toContain('1:06');
});

it('queues and agents have their names with the id beside them', () => {
  const names = { queues: { '900': 'Support' }, agents: { [agent.actor]: 'João' } };
  const lines = render({ ...state, names }, { columns: 100, rows: 40 }, plain);
  expect(lines.filter((line) => line.includes('Support 900'))).toHaveLength(4);
  expect(lines.filter((line) => line.startsWith('João joão'))).toHaveLength(1);
  expect(plainEvent(state.events[0]!, names)).toContain(' Support 900 ');
  // What every object has is no name.
  expect(plainEvent(state.events[0]!, { queues: {}, agents: {} })).toContain(' 900 ');
});

it('a name that does not fit leaves the id whole', () => {
  const names = { queues: { '900': 'Support in the north' }, agents: { [agent.actor]: 'João da Silva e Souza' } };
  const lines = render({ ...state, names }, { columns: 40, rows: 24 }, plain);
  expect(lines.some((line) => /^900 +2 /.test(line))).toBe(true);
  expect(lines.join('')).not.toMatch(/Support|Silva/);
  expect(plainEvent(state.events[0]!, names)).toContain(' Support in the north 900 ');
});

it('the total of all queues has no name', () => {
  const names = { queues: { total: 'Support' }, agents: {} };
  const lines = render({ ...state, names }, { columns: 100, rows: 40 }, plain);
  expect(lines.filter((line) => line.includes('Support'))).toHaveLength(0);
});

it('long texts in two columns leave the column behind them on the terminal', () => {
  const long = { ...call('young', 5_000), queue: 'q'.repeat(60), theirNumber: '5'.repeat(60) };
  const lines = render({ ...state, calls: new Map([['young', long]]) }, { columns: 80, rows: 40 }, plain);
  expect(lines.filter((line) => /^ +0:05 {2}q+… {2}5{12}… {2}young +$/.test(line))).toHaveLength(1);
});

it('a name that does not fit takes no room from the other columns', () => {
  const names = { queues: { '900': 'n'.repeat(60) }, agents: {} };
  const long = { ...call('young', 5_000), theirNumber: '5'.repeat(30) };
  const lines = render({ ...state, names, calls: new Map([['young', long]]) }, { columns: 80, rows: 40 }, plain);
  expect(lines.filter((line) => /^ +0:05 {2}900 {11}5{30} {2}young +$/.test(line))).toHaveLength(1);
});

it('text from outside cannot control the terminal', () => {
  expect(render(state, { columns: 100, rows: 40 }, plain).join('')).not.toMatch(/\x1b/);
  expect(cell('a\nb\x9b1m\u202e', 8)).toBe('a\uFFFDb\uFFFD1m\uFFFD ');
});

it('the summary has the totals of all queues in one line', () => {
  expect(summary(state)).toContain(
    'waiting 2 (longest 1:05)  talking 1  outbound: waiting 0, talking 4  available 3  paused 1',
  );
  expect(summary(state)).toContain('service level 33 %');
});

it('agents in wrap-up are counted if there is a wrap-up', () => {
  const withWrapUp: ScreenState = { ...state, queues: { ...state.queues!, wrap_up_seconds: 30 } };
  expect(summary(withWrapUp)).toContain('available 3  wrap-up 2  paused 1');
  expect(render(withWrapUp, { columns: 120, rows: 24 }, plain).join('\n')).toMatch(/ AVAIL +WRAP-UP +PAUSED /);
  expect(render(state, { columns: 120, rows: 24 }, plain).join('\n')).not.toContain('WRAP-UP');
});

it('the calls of today are shown by direction and outcome, on the screen and in the summary', () => {
  const line = 'inbound 6 (answered 2, answered without queue 3, abandoned 1)  outbound 4 (connected 4)  internal 0';
  expect(summary(state)).toContain(line);
  expect(render(state, { columns: 120, rows: 40 }, plain)[1]).toContain(line);
  // In full over some lines where it is narrow, and left out where it would take the place of a section.
  const narrow = render(state, { columns: 40, rows: 24 }, plain).map((text) => text.trim());
  expect(narrow.slice(1, 5).join(' ')).toContain('inbound 6 (answered 2, answered without queue 3, abandoned 1)');
  expect(render(state, { columns: 40, rows: 10 }, plain).join('')).not.toContain('calls today');
});

it('durations are minutes and seconds, with hours only if there are any', () => {
  expect([0, 5_900, 725_000, 4_325_000, -5].map(duration)).toEqual(['0:00', '0:05', '12:05', '1:12:05', '0:00']);
});

it.each([40, 80, 250])('no number of a queue is cut on a terminal of %d columns', (columns) => {
  const lines = render(state, { columns, rows: 24 }, plain);
  const start = lines.findIndex((line) => line.startsWith('QUEUE'));
  const [title = '', row = ''] = lines.slice(start, start + 2);
  const titles = title.trim().split(/ +/);
  const values = ['total', '2', '1:05', '1', '3', '1', '2', '1', '33 %', '0:20'];
  const all = ['QUEUE', 'WAIT', 'LONGEST', 'TALK', 'AVAIL', 'PAUSED', 'ANSWERED', 'ABANDONED', 'SL', 'ASA'];
  expect(row.trim().split(/ {2,}/)).toEqual(values.filter((_, i) => titles.includes(all[i] ?? '')));
  expect(titles.length).toBe(columns >= 100 ? all.length : columns === 80 ? 9 : 5);
});

it('every section has a line on a terminal of ten rows', () => {
  const calls = new Map(Array.from({ length: 30 }, (_, i) => [`c${i}`, call(`c${i}`, i * 1_000)]));
  const lines = render({ ...state, calls }, { columns: 40, rows: 10 }, plain).map((line) => line.trimEnd());
  expect(lines).toHaveLength(10);
  for (const title of ['WAITING 30', 'AGENTS 1', 'EVENTS']) expect(lines).toContain(title);
});

it('a list that does not fit says how many others there are, and leaves no row unused', () => {
  const calls = new Map(Array.from({ length: 30 }, (_, i) => [`c${i}`, call(`c${i}`, i * 1_000)]));
  const lines = render({ ...state, calls }, { columns: 80, rows: 24 }, plain).map((line) => line.trimEnd());
  const start = lines.indexOf('WAITING 30') + 1;
  const end = lines.indexOf('', start);
  const shown = end - start - 1;
  expect(lines.slice(start, start + shown).every((line) => /^ +\d+:\d\d {2}900 /.test(line))).toBe(true);
  expect(lines[end - 1]).toBe(`… and ${30 - shown} more`);
  expect(lines).toHaveLength(24);
});

it('wide characters do not move the columns behind them', () => {
  const actors = ['山田太郎', 'e\u0301e\u0301', 'plain', '很长的名字'.repeat(20)];
  const agents = { as_of: now, agents: actors.map((actor) => ({ ...agent, actor })) };
  for (const columns of [40, 80, 250]) {
    const lines = render({ ...state, agents }, { columns, rows: 40 }, plain).filter((line) => line.includes('on_call'));
    expect(lines).toHaveLength(actors.length);
    const starts = lines.map((line) => stringWidth(line.slice(0, line.indexOf('on_call'))));
    expect(new Set(starts).size).toBe(1);
  }
});

it('a problem is shown in full on a narrow terminal', () => {
  const problem = 'The token has expired: set CALLSTREAM_TOKEN to another, or use --token.';
  const lines = render({ ...state, status: { ...state.status, problem } }, { columns: 40, rows: 10 }, plain);
  expect(
    lines
      .slice(1, 4)
      .map((line) => line.trimEnd())
      .join(' '),
  ).toBe(problem);
  expect(lines).toHaveLength(10);
});
