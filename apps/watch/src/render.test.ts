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
  agents: { on_call: 1, ringing: 0, not_known: 0, available: 3, paused: 1, logged_out: 0 },
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
    total: queue,
    queues: [{ ...queue, queue: '900' }],
  },
  agents: { as_of: now, agents: [agent] },
  names: null,
  events: [{ at: now, what: 'WAITING', call: call('young', 5_000) }],
};
const plain = (_style: string, text: string): string => text;

it.each([
  [80, 24],
  [200, 60],
  [20, 5],
  [1, 1],
])('the screen fits into a terminal of %d × %d', (columns, rows) => {
  const lines = render(state, { columns, rows }, plain);
  expect(lines.length).toBeLessThanOrEqual(rows);
  for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
});

it('the longest wait is first, and its duration advances', () => {
  const waitingLines = (at: ScreenState) =>
    render(at, { columns: 100, rows: 40 }, plain).filter((line) => /^ +\d+:\d\d {2}900/.test(line));
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

it('text from outside cannot control the terminal', () => {
  expect(render(state, { columns: 100, rows: 40 }, plain).join('')).not.toMatch(/\x1b/);
  expect(cell('a\nb\x9b1m\u202e', 6)).toBe('a\uFFFDb\uFFFD1m');
});

it('the summary has the totals of all queues in one line', () => {
  expect(summary(state)).toContain(
    'waiting 2 (longest 1:05)  talking 1  outbound: waiting 0, talking 4  available 3  paused 1',
  );
  expect(summary(state)).toContain('service level 33 %');
});

it('the calls of today are shown by direction and outcome, on the screen and in the summary', () => {
  const line = 'inbound 6 (answered 2, answered without queue 3, abandoned 1)  outbound 4 (connected 4)  internal 0';
  expect(summary(state)).toContain(line);
  expect(render(state, { columns: 120, rows: 40 }, plain)[1]).toContain(line);
});

it('durations are minutes and seconds, with hours only if there are any', () => {
  expect([0, 5_900, 725_000, 4_325_000, -5].map(duration)).toEqual(['0:00', '0:05', '12:05', '1:12:05', '0:00']);
});
