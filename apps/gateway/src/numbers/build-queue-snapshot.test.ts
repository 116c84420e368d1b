import type { AgentRow, AgentSegmentRow } from '@callstream/tables';
import { testRules } from '../../testing/counting-rules.ts';
import { buildQueueSnapshot } from './build-queue-snapshot.ts';

const asOf = Date.parse('2026-03-02T12:00:00Z');

const loggedIn = (actor: string): AgentRow => ({
  actor,
  queue: '900',
  number: null,
  heardAt: asOf,
  delayMs: 0,
  loggedIn: { at: asOf, id: 1 },
  loggedOut: null,
  paused: null,
  unpaused: null,
});

const onCall = (actor: string): AgentSegmentRow => ({
  callId: `call of ${actor}`,
  actor,
  number: null,
  queue: '900',
  rangAt: asOf,
  rangLastAt: asOf,
  enteredAt: null,
  enteredLastAt: null,
  endedAt: null,
  end: null,
  delayMs: 0,
  heardAt: asOf,
  callQueue: '900',
});

it.each([
  [['ana', 'cem', 'eva'], ['zoe', 'cem', 'bob', '\u{1f600}', '\uffff'], 'ana bob cem eva zoe \uffff \u{1f600}'],
  [[], ['bob', 'ana'], 'ana bob'],
  [['ana'], [], 'ana'],
])('agents with marks %j and segments %j are sorted by code point, each once', async (marked, onCalls, sorted) => {
  const { agents } = await buildQueueSnapshot({
    rules: testRules,
    asOf,
    names: { queues: new Map(), agents: new Map() },
    today: { from: '2026-03-02T00:00:00Z', to: '2026-03-03T00:00:00Z' },
    live: [],
    presenceEvents: marked.map(loggedIn),
    segments: onCalls.map(onCall),
    calls: [],
    visits: [],
  });
  expect(agents.map(({ actor }) => actor).join(' ')).toBe(sorted);
});
