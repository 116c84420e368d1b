import { isStale } from './call-status.ts';
import type { Call } from './play/call.ts';

/** What becomes of a call, by direction. Every call has exactly one outcome. */
export const callOutcomes = {
  inbound: ['answered', 'answered_without_queue', 'abandoned', 'flowed_out', 'ended_before_queue', 'open', 'not_known'],
  outbound: ['connected', 'not_connected', 'open', 'not_known'],
  internal: ['answered', 'not_answered', 'open', 'not_known'],
} as const;

export type CallDirection = keyof typeof callOutcomes;
export type CallOutcome = (typeof callOutcomes)[CallDirection][number];

/** The direction under which a call is counted: inbound, unless it is known to be outbound or internal. */
export const directionOf = ({ direction }: Pick<Call, 'direction'>): CallDirection =>
  direction === 'outbound' || direction === 'internal' ? direction : 'inbound';

/** Whether a call is one of a caller, and so in the totals of queues. Outbound and internal calls are shown apart. */
export const isCounted = (call: Pick<Call, 'direction'>): boolean => directionOf(call) === 'inbound';

/** The fields that decide what became of a call. */
export type CallOutcomeFields = Pick<
  Call,
  'direction' | 'waitingAt' | 'answeredAt' | 'answeredLastAt' | 'abandonedAt' | 'finishedAt' | 'heardAt' | 'visits'
>;

/** What became of the latest life of a call, as far as its events say until `now`: see docs/reference/tables.md. */
export function callOutcome(call: CallOutcomeFields, now: number, staleAfterMs: number): CallOutcome {
  const isAnswered = call.answeredAt !== null;
  const isFinished = call.finishedAt !== null;
  const unfinished = isStale(call, now, staleAfterMs) ? 'not_known' : 'open';
  switch (directionOf(call)) {
    case 'outbound':
      return isAnswered ? 'connected' : isFinished ? 'not_connected' : unfinished;
    case 'internal':
      return isAnswered ? 'answered' : isFinished ? 'not_answered' : unfinished;
    case 'inbound':
      if (isAnswered) return isAnsweredInQueue(call) ? 'answered' : 'answered_without_queue';
      if (isAbandoned(call)) return 'abandoned';
      if (!isFinished) return unfinished;
      return call.waitingAt === null ? 'ended_before_queue' : 'flowed_out';
  }
}

/** Whether it was answered once it had waited in a queue. */
const isAnsweredInQueue = ({ waitingAt, answeredLastAt }: CallOutcomeFields): boolean =>
  waitingAt !== null && answeredLastAt !== null && answeredLastAt >= waitingAt;

/** Whether the caller left the last queue; of a call without a known wait, whether an event says that the caller left one. */
const isAbandoned = ({ waitingAt, abandonedAt, visits }: CallOutcomeFields): boolean =>
  waitingAt === null ? abandonedAt !== null : visits.at(-1)?.outcome === 'abandoned';

/** Number of calls by direction and outcome. Counts of disjoint sets of calls can be added: {@link addOutcomeCounts}. */
export type OutcomeCounts = {
  readonly [Direction in CallDirection]: Readonly<Record<(typeof callOutcomes)[Direction][number], number>>;
};

export const noOutcomeCounts: OutcomeCounts = {
  inbound: {
    answered: 0,
    answered_without_queue: 0,
    abandoned: 0,
    flowed_out: 0,
    ended_before_queue: 0,
    open: 0,
    not_known: 0,
  },
  outbound: { connected: 0, not_connected: 0, open: 0, not_known: 0 },
  internal: { answered: 0, not_answered: 0, open: 0, not_known: 0 },
};

export const addOutcomeCounts = (a: OutcomeCounts, b: OutcomeCounts): OutcomeCounts => ({
  inbound: addEach(a.inbound, b.inbound),
  outbound: addEach(a.outbound, b.outbound),
  internal: addEach(a.internal, b.internal),
});

const addEach = <Key extends string>(
  a: Readonly<Record<Key, number>>,
  b: Readonly<Record<Key, number>>,
): Record<Key, number> =>
  Object.fromEntries((Object.keys(a) as Key[]).map((key) => [key, a[key] + b[key]])) as Record<Key, number>;
