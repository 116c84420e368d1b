import { isCounted, isCurrent, isStale, isWaiting, totalsOf } from '../src/index.ts';
import type { AgentPresence, Call, CallEvent, PresenceNow, PresenceRules, Segment, Visit } from '../src/index.ts';
import { agentsNow, defaultRules } from './agents.ts';
import { callsOfEvents, eventsOf } from './index.ts';
import { deliveriesOf, parseStoryTime, formatStoryTime } from './script.ts';

/** A small story of a call centre, and what a supervisor expects to see. */
export interface Story {
  readonly title: string;
  /** See {@link deliveriesOf}. */
  readonly script: string;
  readonly rules?: Partial<PresenceRules>;
  /** What is shown at some times, of the events received until then: {@link boardAt}. */
  readonly board: Readonly<Record<string, string>>;
  /** At the end, one text each: {@link visitsOf}, {@link segmentsOf}, {@link totalsText}. */
  readonly visits: readonly string[];
  readonly segments: readonly string[];
  readonly totals: string;
}

/** What the domain makes of a story's events, in the form of a story's expectations. */
export function playStory({ script, rules, board }: Story): Pick<Story, 'board' | 'visits' | 'segments' | 'totals'> {
  const events = eventsOf(deliveriesOf(script));
  const calls = [...callsOfEvents(events).values()].toSorted((a, b) => (a.callId < b.callId ? -1 : 1));
  const boards = Object.keys(board).map((time) => [
    time,
    boardAt(events, parseStoryTime(time), { ...defaultRules, ...rules }),
  ]);
  return {
    board: Object.fromEntries(boards) as Record<string, string>,
    visits: calls.flatMap((call) => visitsOf(call).map((text) => named(call, text))),
    segments: calls.flatMap((call) => segmentsOf(call).map((text) => named(call, text))),
    totals: totalsText(calls),
  };
}

/** `c waits 900 since 0:05, ana rings; ana ringing since 0:10`: each current call, then each agent. */
export function boardAt(events: readonly CallEvent[], now: number, rules: PresenceRules): string {
  const known = events.filter(({ receivedAt }) => receivedAt <= now);
  const calls = [...callsOfEvents(known).values()].toSorted((a, b) => (a.callId < b.callId ? -1 : 1));
  const agents = agentsNow(known, calls, { now, rules });
  const shown = calls.filter(isCurrent).map((call) => callText(call, agents, { now, rules }));
  return [...shown, ...[...agents].map(([actor, presence]) => agentText(actor, presence))].join('; ');
}

const named = ({ callId }: Call, text: string): string => (callId === 'c' ? text : `${callId}: ${text}`);

function callText(
  call: Call,
  agents: ReadonlyMap<string, AgentPresence>,
  { now, rules }: { now: number; rules: PresenceRules },
): string {
  const since = (at: number): string => formatStoryTime(at + call.delayMs);
  if (isStale(call, now, rules.staleAfterMs)) return `${call.callId} stale`;
  const isOf = ({ actor }: Segment): boolean => agents.get(actor)?.calls.includes(call.callId) ?? false;
  const open = call.segments.filter((segment) => segment.endedAt === null && isOf(segment));
  const busy = open.map(({ actor, enteredAt }) => `, ${actor} ${enteredAt === null ? 'rings' : 'on it'}`);
  const state = isWaiting(call, now, rules.staleAfterMs)
    ? `waits ${call.queue ?? 'nowhere'} since ${since(call.waitingSince ?? 0)}`
    : call.state.toLowerCase();
  return [call.callId, ' ', state, ...busy].join('');
}

/** One presence for all queues of the agent if it is the same in all of them. */
function agentText(actor: string, { queues, ...presence }: AgentPresence): string {
  const overall = presenceText(presence);
  const isSame = queues.every((inQueue) => presenceText(inQueue) === overall);
  const details = queues.map((inQueue) => `${inQueue.queue} ${presenceText(inQueue)}`);
  return `${actor} ${isSame ? overall : `${overall} (${details.join(', ')})`}`;
}

const presenceText = ({ presence, since, until }: PresenceNow): string =>
  `${presence.replace('_', ' ')} since ${formatStoryTime(since)}${until === undefined ? '' : ` until ${formatStoryTime(until)}`}`;

/** `900 0:05-0:15 answered 10 s by ana` */
const visitsOf = ({ visits }: Call): string[] => visits.map(visitText);

function visitText({ queue, waitingAt, endedAt, outcome, waitMs, actor }: Visit): string {
  const wait = waitMs === null ? '' : ` ${waitMs / 1_000} s`;
  const by = actor === null ? '' : ` by ${actor}`;
  return `${queue || 'nowhere'} ${span(waitingAt, endedAt)} ${outcome}${wait}${by}`;
}

/** `ana 900 rang 0:10, on 0:15-1:15 left` */
const segmentsOf = ({ segments }: Call): string[] => segments.map(segmentText);

function segmentText({ actor, queue, rangAt, enteredAt, endedAt, end }: Segment): string {
  const rang = rangAt === null ? '' : `rang ${formatStoryTime(rangAt)}`;
  const on = enteredAt === null ? '' : `on ${formatStoryTime(enteredAt)}`;
  const until = endedAt === null ? '-' : `-${formatStoryTime(endedAt)}`;
  const times = [rang, on].filter((text) => text !== '').join(', ');
  return [actor, queue ?? 'nowhere', `${times}${until}`, end ?? ''].filter((text) => text !== '').join(' ');
}

const span = (from: number, to: number | null): string =>
  `${formatStoryTime(from)}-${to === null ? '' : formatStoryTime(to)}`;

/** The totals of the day: `1 answered (ASA 10 s), 1 abandoned`, or `nothing`. */
export function totalsText(calls: readonly Call[]): string {
  const visits = calls.filter(isCounted).flatMap((call) => call.visits);
  const thresholds = { serviceLevelMs: 20_000, shortAbandonMs: 5_000 };
  const { answered, abandoned, flowedOut, open, asaMs, ...others } = totalsOf(visits, thresholds);
  const parts = [
    answered === 0 ? '' : `${answered} answered (ASA ${(asaMs ?? 0) / 1_000} s)`,
    ...[
      `${abandoned} abandoned`,
      `${others.timedOut} timed out`,
      `${others.byKey} by key`,
      `${others.full} full`,
      `${others.empty} empty`,
      `${others.withdrawn} withdrawn`,
      `${flowedOut} overflowed`,
      `${open} open`,
    ].filter((text) => !text.startsWith('0 ')),
  ];
  return parts.filter((text) => text !== '').join(', ') || 'nothing';
}
