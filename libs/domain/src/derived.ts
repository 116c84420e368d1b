import type { Call } from './call.ts';
import type { CallAgent } from './call-agent.ts';
import type { CallQueue } from './call-queue.ts';
import { stateOf } from './kinds.ts';

/** Time from `start` to `end` in ms; 0 if it ends before it begins. */
export const elapsedMs = (start: number, end: number): number => Math.max(0, end - start);

/** Unfinished, and nothing was heard of it for `staleAfterMs`. */
export const isStale = (call: Pick<Call, 'finishedAt' | 'updatedAt'>, now: number, staleAfterMs: number): boolean =>
  call.finishedAt === null && now - call.updatedAt > staleAfterMs;

export const isOnCall = (agent: Pick<CallAgent, 'enteredLastAt' | 'leftLastAt'>): boolean =>
  agent.enteredLastAt !== null && (agent.leftLastAt === null || agent.enteredLastAt > agent.leftLastAt);

/** What tells whether a call waits or is talked on. */
export interface LiveFacts extends Pick<Call, 'state' | 'waitingSince' | 'abandonedAt' | 'finishedAt' | 'updatedAt'> {
  readonly agents: readonly Pick<CallAgent, 'enteredLastAt' | 'leftLastAt'>[];
}

/** In a queue and with nobody yet. */
export function isWaiting(call: LiveFacts, now: number, staleAfterMs: number): boolean {
  if (stateOf(call.state.rank) !== 'WAITING' || isStale(call, now, staleAfterMs) || call.agents.some(isOnCall))
    return false;
  return call.abandonedAt === null || call.waitingSince === null || call.abandonedAt < call.waitingSince;
}

export const isTalking = (call: LiveFacts, now: number, staleAfterMs: number): boolean =>
  stateOf(call.state.rank) === 'ONGOING' && !isStale(call, now, staleAfterMs);

export type Outcome = 'answered' | 'abandoned' | 'flowed_out' | 'open';

/** What became of a call in one queue. */
export interface Visit {
  readonly callId: string;
  readonly queue: string;
  /** ms since 1970. */
  readonly waitingAt: number;
  readonly outcome: Outcome;
  /** From `waitingAt` to the answer or the abandon, in ms; null for the other outcomes. */
  readonly waitMs: number | null;
}

/** The visits of a call: its queues in which it is known to have waited. */
export function visitsOf(call: Call): Visit[] {
  const waited = call.queues.filter((row) => row.waitingAt !== null);
  return waited.map((row) => visitOf(call, row, waited));
}

function visitOf(call: Call, row: CallQueue, waited: readonly CallQueue[]): Visit {
  const waitingAt = row.waitingAt ?? 0;
  const visit = { callId: call.callId, queue: row.queue, waitingAt };
  const answeredAt =
    row.answeredAt ?? (waited.length === 1 ? firstNotBefore(waitingAt, call.answeredAt, call.answeredLastAt) : null);
  if (answeredAt !== null) return { ...visit, outcome: 'answered', waitMs: elapsedMs(waitingAt, answeredAt) };
  const last = (call.queue.value ?? '') === row.queue;
  const abandonedAt =
    row.abandonedAt ??
    (last && call.finishedAt !== null ? (firstNotBefore(waitingAt, call.abandonedAt) ?? call.finishedAt) : null);
  if (abandonedAt !== null) return { ...visit, outcome: 'abandoned', waitMs: elapsedMs(waitingAt, abandonedAt) };
  const later = waited.some((other) => other.queue !== row.queue && (other.waitingAt ?? 0) > waitingAt);
  return { ...visit, outcome: later ? 'flowed_out' : 'open', waitMs: null };
}

const firstNotBefore = (start: number, ...times: (number | null)[]): number | null =>
  times.find((at) => at !== null && at >= start) ?? null;

/** Outbound and internal calls are shown live, and not counted. */
export const isCounted = (call: Call): boolean =>
  call.parties.direction !== 'outbound' && call.parties.direction !== 'internal';
