import type { PastBoard } from '@callstream/contracts';
import { noCalls, noTotals } from '../no-totals.ts';
import { differenceOf } from './difference.ts';
import type { ListedPastCall } from './difference.ts';

const at = Date.UTC(2026, 2, 2, 13);
const call = (call_id: string, state: ListedPastCall['state'], more: Partial<ListedPastCall> = {}): ListedPastCall => ({
  call_id,
  id: 1,
  last_id: 1,
  state,
  state_at: at,
  began_at: at,
  queue: '900',
  created_at: at,
  updated_at: at,
  last_event_at: at,
  heard_at: at,
  ...more,
});

const noneNow = { waiting: 0, talking: 0 };
const noAgents = { on_call: 0, ringing: 0, not_known: 0, wrap_up: 0, available: 0, paused: 0, logged_out: 0 };
const queueNow = {
  ...noneNow,
  longest_waiting_since: null,
  outbound: noneNow,
  internal: noneNow,
  agents: noAgents,
  today: noTotals,
  calls_today: noCalls,
};

interface BoardParts {
  readonly calls?: readonly ListedPastCall[];
  /** Callers who wait, by queue. */
  readonly waiting?: Readonly<Record<string, number>>;
  readonly paused?: readonly string[];
  readonly more?: true;
}

const board = (known: 'now' | 'then', { calls = [], waiting = {}, paused = [], more }: BoardParts): PastBoard => ({
  at: new Date(at).toISOString(),
  known,
  late_events: 0,
  late_calls: [],
  calls: [...calls],
  more,
  queues: {
    as_of: at,
    today: { from: '', to: '' },
    time_zone: 'UTC',
    service_level_seconds: 20,
    short_abandon_seconds: 5,
    wrap_up_seconds: 0,
    total: queueNow,
    queues: Object.entries(waiting).map(([queue, count]) => ({ ...queueNow, queue, waiting: count })),
  },
  agents: {
    as_of: at,
    agents: paused.map((actor) => ({
      actor,
      number: null,
      presence: 'paused',
      since: at,
      calls: [],
      queues: [{ queue: '900', presence: 'paused', since: at }],
    })),
  },
});

it('the difference has what late events changed, and nothing else', () => {
  const answered = { segments: [{ actor: 'ana', entered_at: at }] };
  const then = board('then', { calls: [call('same', 'WAITING'), call('late', 'WAITING')], waiting: { 900: 2 } });
  const now = board('now', {
    calls: [call('same', 'WAITING', { last_id: 9 }), call('late', 'ONGOING', answered), call('imported', 'NEW')],
    waiting: { 900: 1, 901: 0 },
    paused: ['bia'],
  });
  expect(differenceOf(then, now, null)).toEqual({
    calls: [
      {
        callId: 'late',
        then: { state: 'WAITING', queue: '900', actors: [] },
        now: { state: 'ONGOING', queue: '900', actors: ['ana'] },
      },
      { callId: 'imported', then: null, now: { state: 'NEW', queue: '900', actors: [] } },
    ],
    queues: [{ queue: '900', number: 'waiting', then: 2, now: 1 }],
    agents: [{ actor: 'bia', then: null, now: 'paused' }],
    isCut: false,
  });
  expect(differenceOf(now, now, null)).toMatchObject({ calls: [], queues: [], agents: [] });
});

it('the difference of a queue has calls that a late event moved out of it, and says if a board is cut', () => {
  const then = board('then', { calls: [call('moved', 'WAITING'), call('other', 'NEW', { queue: '901' })] });
  const now = board('now', { calls: [call('moved', 'WAITING', { queue: '901' })], more: true });
  const { calls, isCut } = differenceOf(then, now, '900');
  expect([calls.map(({ callId, now: shown }) => [callId, shown?.queue]), isCut]).toEqual([[['moved', '901']], true]);
});
