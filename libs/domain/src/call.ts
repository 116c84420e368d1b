import type { CallEvent } from './event.ts';
import { finishedRank, stateOf } from './kinds.ts';
import type { CallState } from './kinds.ts';
import { joinAgent, agentOnCall } from './call-agent.ts';
import type { CallAgent } from './call-agent.ts';
import { joinQueue, queueOnCall } from './call-queue.ts';
import type { CallQueue } from './call-queue.ts';
import { greatest, greatestChoice, least, leastChoice, leastText, mergeSorted, nilUuid } from './order.ts';
import type { Choice } from './order.ts';

/** Who called whom, taken whole from one event. Tier 0: a `call.*` event; 1: another; 2: none yet. The least wins. */
export interface Parties extends Choice {
  readonly direction: string | null;
  readonly ourNumber: string | null;
  readonly theirNumber: string | null;
  readonly theirNumberType: string | null;
}

/** A text from the latest event that says it. Tier −1: none yet. The greatest wins. */
export interface Latest extends Choice {
  readonly value: string | null;
}

/** The latest state. Rank −1: only that the call exists. */
export interface StateMark {
  /** ms since 1970; `-Infinity` if nothing said a state. */
  readonly at: number;
  readonly rank: number;
}

/** Everything that is known about one call: the join of its events. Times are ms since 1970, null if not known. */
export interface Call {
  readonly callId: string;
  /** Event ids of its first and last record in the log. */
  readonly id: number;
  readonly lastId: number;
  readonly state: StateMark;
  readonly parties: Parties;
  readonly queue: Latest;
  readonly recording: Latest;
  readonly code: string | null;
  readonly waitingAt: number | null;
  readonly waitingSince: number | null;
  readonly answeredAt: number | null;
  readonly answeredLastAt: number | null;
  readonly abandonedAt: number | null;
  readonly finishedAt: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly lastEventAt: number;
  /** Sorted by queue, by code point. */
  readonly queues: readonly CallQueue[];
  /** Sorted by actor, by code point. */
  readonly agents: readonly CallAgent[];
}

const none = { at: -Infinity, rank: -1, uuid: nilUuid } as const;
export const noParties: Parties = {
  tier: 2,
  ...none,
  direction: null,
  ourNumber: null,
  theirNumber: null,
  theirNumberType: null,
};
export const noLatest: Latest = { tier: -1, ...none, value: null };
export const noState: StateMark = { at: -Infinity, rank: -1 };

/** What this single event says about its call; null if it names none. */
export function callOf(event: CallEvent): Call | null {
  if (event.callId === null) return null;
  const { kind, at } = event;
  const waitingAt = kind === 'call.waiting' ? at : null;
  const answeredAt = kind === 'actor.entered' || kind === 'call.ongoing' ? at : null;
  const queue = queueOnCall(event);
  const agent = agentOnCall(event);
  return {
    callId: event.callId,
    id: event.id,
    lastId: event.id,
    state: event.rank >= 0 && event.rank <= finishedRank ? { at, rank: event.rank } : noState,
    parties: partiesOf(event),
    queue: queueNamed(event),
    recording:
      kind === 'call.recording-available' && event.url !== null
        ? { tier: 0, at, rank: 0, uuid: event.uuid, value: event.url }
        : noLatest,
    code: event.code,
    waitingAt,
    waitingSince: waitingAt,
    answeredAt,
    answeredLastAt: answeredAt,
    abandonedAt: kind === 'call.queue-abandon' ? at : null,
    finishedAt: kind === 'call.finished' ? at : null,
    createdAt: event.receivedAt,
    updatedAt: event.receivedAt,
    lastEventAt: at,
    queues: queue ? [queue] : [],
    agents: agent ? [agent] : [],
  };
}

function partiesOf(event: CallEvent): Parties {
  if (event.ourNumber === null && event.theirNumber === null) return noParties;
  const { at, rank, uuid, direction, ourNumber, theirNumber, theirNumberType } = event;
  return {
    tier: event.kind.startsWith('call.') ? 0 : 1,
    at,
    rank,
    uuid,
    direction,
    ourNumber,
    theirNumber,
    theirNumberType,
  };
}

/** Events that put a call into a queue; where two have the same time, the later in this list counts. */
const queueing = ['call.waiting', 'call.overflow', 'actor.entered'];

function queueNamed(event: CallEvent): Latest {
  const { at, uuid, kind } = event;
  const value = kind === 'call.overflow' ? event.destination : event.queue;
  const rank = queueing.indexOf(kind);
  if (rank >= 0 && value !== null) return { tier: 1, at, rank, uuid, value };
  return event.queue === null ? noLatest : { tier: 0, at, rank: -1, uuid, value: event.queue };
}

/** Everything that `a` and `b` know about one call. Commutative, associative, idempotent. */
export function join(a: Call, b: Call): Call {
  return {
    callId: a.callId,
    id: Math.min(a.id, b.id),
    lastId: Math.max(a.lastId, b.lastId),
    state: joinState(a.state, b.state),
    parties: leastChoice(a.parties, b.parties),
    queue: greatestChoice(a.queue, b.queue),
    recording: greatestChoice(a.recording, b.recording),
    code: leastText(a.code, b.code),
    waitingAt: least(a.waitingAt, b.waitingAt),
    waitingSince: greatest(a.waitingSince, b.waitingSince),
    answeredAt: least(a.answeredAt, b.answeredAt),
    answeredLastAt: greatest(a.answeredLastAt, b.answeredLastAt),
    abandonedAt: least(a.abandonedAt, b.abandonedAt),
    finishedAt: least(a.finishedAt, b.finishedAt),
    createdAt: Math.min(a.createdAt, b.createdAt),
    updatedAt: Math.max(a.updatedAt, b.updatedAt),
    lastEventAt: Math.max(a.lastEventAt, b.lastEventAt),
    queues: mergeSorted(a.queues, b.queues, (item) => item.queue, joinQueue),
    agents: mergeSorted(a.agents, b.agents, (item) => item.actor, joinAgent),
  };
}

/** FINISHED wins, of two the earlier; else the later, and of the same time the one of higher rank. */
function joinState(a: StateMark, b: StateMark): StateMark {
  const aEnds = a.rank === finishedRank;
  const bEnds = b.rank === finishedRank;
  if (aEnds && bEnds) return a.at <= b.at ? a : b;
  if (aEnds !== bEnds) return aEnds ? a : b;
  if (a.at !== b.at) return a.at > b.at ? a : b;
  return a.rank >= b.rank ? a : b;
}

export const stateOfCall = (call: Call): CallState => stateOf(call.state.rank);

/** The calls of `events`, in any order and with repeats, by call_id. */
export function fold(events: Iterable<CallEvent>): Map<string, Call> {
  const calls = new Map<string, Call>();
  for (const event of events) {
    const said = callOf(event);
    if (!said) continue;
    const known = calls.get(said.callId);
    calls.set(said.callId, known ? join(known, said) : said);
  }
  return calls;
}
