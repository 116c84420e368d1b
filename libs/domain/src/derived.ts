import type { Call } from './call.ts';
import type { CallAgent } from './call-agent.ts';
import type { CallQueue } from './call-queue.ts';
import type { Agent } from './agent.ts';
import { stateOfCall } from './call.ts';

const hourMs = 3_600_000;

/** How long an agent that never logged in is believed to be there after having been seen. */
const unseenMaxMs = 12 * hourMs;

/** Time from `start` to `end` in ms; 0 if it ends before it begins. */
export const elapsedMs = (start: number, end: number): number => Math.max(0, end - start);

/** Unfinished, and nothing was heard of it for `staleAfterMs`. */
export const isStale = (call: Call, now: number, staleAfterMs: number): boolean =>
  call.finishedAt === null && now - call.updatedAt > staleAfterMs;

export const isOnCall = (agent: CallAgent): boolean =>
  agent.enteredLastAt !== null && (agent.leftLastAt === null || agent.enteredLastAt > agent.leftLastAt);

/** In a queue and with nobody yet. */
export function isWaiting(call: Call, now: number, staleAfterMs: number): boolean {
  if (stateOfCall(call) !== 'WAITING' || isStale(call, now, staleAfterMs) || call.agents.some(isOnCall)) return false;
  return call.abandonedAt === null || call.waitingSince === null || call.abandonedAt < call.waitingSince;
}

export const isTalking = (call: Call, now: number, staleAfterMs: number): boolean =>
  stateOfCall(call) === 'ONGOING' && !isStale(call, now, staleAfterMs);

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

export interface Thresholds {
  readonly serviceLevelMs: number;
  readonly shortAbandonMs: number;
}

export interface Totals {
  readonly answered: number;
  readonly abandoned: number;
  readonly flowedOut: number;
  /** 0 to 1; null if nothing counts. */
  readonly serviceLevel: number | null;
  /** 0 to 1; null if nothing counts. */
  readonly abandonRate: number | null;
  /** Average speed of answer: mean wait of the answered, in ms; null if none. */
  readonly asaMs: number | null;
}

/** What a supervisor counts. Outbound and internal calls are left out by the caller (`isCounted`). */
export function totalsOf(visits: readonly Visit[], { serviceLevelMs, shortAbandonMs }: Thresholds): Totals {
  const waits = (outcome: Outcome): number[] => visits.filter((v) => v.outcome === outcome).map((v) => v.waitMs ?? 0);
  const answered = waits('answered');
  const abandoned = waits('abandoned');
  const patient = abandoned.filter((ms) => ms > shortAbandonMs).length;
  const offered = answered.length + patient;
  return {
    answered: answered.length,
    abandoned: abandoned.length,
    flowedOut: visits.filter((v) => v.outcome === 'flowed_out').length,
    serviceLevel: offered === 0 ? null : answered.filter((ms) => ms <= serviceLevelMs).length / offered,
    abandonRate: offered === 0 ? null : patient / offered,
    asaMs: answered.length === 0 ? null : answered.reduce((sum, ms) => sum + ms, 0) / answered.length,
  };
}

/** Outbound and internal calls are shown live, and not counted. */
export const isCounted = (call: Call): boolean =>
  call.parties.direction !== 'outbound' && call.parties.direction !== 'internal';

export type Presence = 'on_call' | 'ringing' | 'logged_out' | 'paused' | 'available';

/** What an agent does now in one queue; `onCalls` are the agent's rows of unfinished calls that are not stale. */
export function presenceOf(agent: Agent, onCalls: readonly CallAgent[], now: number): Presence {
  if (onCalls.some(isOnCall)) return 'on_call';
  if (onCalls.some(isRinging)) return 'ringing';
  const { loggedInAt, loggedOutAt, pausedAt, unpausedAt } = agent;
  if (loggedOutAt !== null && (loggedInAt === null || loggedOutAt >= loggedInAt)) return 'logged_out';
  if (loggedInAt === null && now - agent.lastSeenAt > unseenMaxMs) return 'logged_out';
  const paused = pausedAt !== null && pausedAt > (unpausedAt ?? -Infinity) && pausedAt > (loggedInAt ?? -Infinity);
  return paused ? 'paused' : 'available';
}

/** Rung, and since then neither taken nor given up. */
const isRinging = ({ ringingLastAt, enteredLastAt, leftLastAt, noanswerLastAt }: CallAgent): boolean =>
  ringingLastAt !== null &&
  ringingLastAt > Math.max(enteredLastAt ?? -Infinity, leftLastAt ?? -Infinity, noanswerLastAt ?? -Infinity);
