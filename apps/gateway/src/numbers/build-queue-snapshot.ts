import { compareText, noOutcomeCounts, noCounts, noLiveCounts, noPresenceCounts, presenceOf } from '@callstream/domain';
import type { Presence } from '@callstream/domain';
import type { AgentRow, AgentSegmentRow, CountedCalls, CountedVisits, LiveQueue } from '@callstream/tables';
import { numberForms } from '../access/mask.ts';
import { Raw } from '../access/scope.ts';
import { forEachInTurns } from '../scheduling/turns.ts';
import { firstPresence } from './agents.ts';
import { listedForMs } from './queue-snapshot.ts';
import type { AgentState, CountingRules, QueuePresence, QueueSnapshot, QueueState } from './queue-snapshot.ts';
import { callTotalsOf, totalsOf } from './totals.ts';

/** What was read from the tables. */
export interface QueueSnapshotRows extends Pick<QueueSnapshot, 'rules' | 'asOf' | 'today' | 'names'> {
  readonly live: readonly LiveQueue[];
  /** Latest logins, logouts and pauses: one row per actor and queue, sorted by actor. */
  readonly presenceEvents: readonly AgentRow[];
  readonly segments: readonly AgentSegmentRow[];
  /** Visits of today, one row per queue. */
  readonly visits: readonly CountedVisits[];
  /** Calls of today, one row per queue. */
  readonly calls: readonly CountedCalls[];
}

/** Computes once what is the same for every scope, so that an answer only has to select from it. */
export async function buildQueueSnapshot({ rules, asOf, today, ...rows }: QueueSnapshotRows): Promise<QueueSnapshot> {
  const { names } = rows;
  const agents = await agentStates(rows, asOf, rules);
  const { changesAt, presences, presencesByQueue, agentsByQueue } = await countAgents(agents);
  const queues = queueStates(rows, presencesByQueue);
  return { rules, asOf, changesAt, today, names, agents, presences, queues, agentsByQueue };
}

/** What every agent does now, sorted by actor; without those who were logged out or not known for {@link listedForMs}. */
async function agentStates(
  { presenceEvents, segments, names }: Pick<QueueSnapshotRows, 'presenceEvents' | 'segments' | 'names'>,
  now: number,
  rules: CountingRules,
): Promise<AgentState[]> {
  const eventsByActor = await groupByActor(presenceEvents);
  const segmentsByActor = await groupByActor(segments);
  const onCalls = [...segmentsByActor.keys()].toSorted(compareText);
  const states: AgentState[] = [];
  await forEachInTurns(mergeSorted(eventsByActor.keys(), onCalls), (actor) => {
    const rows = {
      actor,
      name: names.agents.get(actor),
      presenceEvents: eventsByActor.get(actor) ?? [],
      segments: segmentsByActor.get(actor) ?? [],
    };
    const state = agentState(rows, now, rules);
    if (state) states.push(state);
  });
  return states;
}

/** The texts of both, each once, in order. To sort 30,000 again, which are sorted, would block the event loop for 10 ms. */
function* mergeSorted(many: Iterable<string>, few: readonly string[]): Generator<string> {
  let next = 0;
  for (const text of many) {
    for (let other = few[next]; other !== undefined && compareText(other, text) < 0; other = few[++next]) yield other;
    if (few[next] === text) next++;
    yield text;
  }
  yield* few.slice(next);
}

async function groupByActor<Row extends { readonly actor: string }>(rows: readonly Row[]): Promise<Map<string, Row[]>> {
  const byActor = new Map<string, Row[]>();
  await forEachInTurns(rows, (row) => getOrAdd(byActor, row.actor, () => []).push(row));
  return byActor;
}

interface AgentRows {
  readonly actor: string;
  readonly name: string | undefined;
  /** One for each queue that the agent's events named, and one for those that named none. */
  readonly presenceEvents: readonly AgentRow[];
  readonly segments: readonly AgentSegmentRow[];
}

/** What an agent does now; null if it was logged out or not known for too long in every queue. */
function agentState(
  { actor, name, presenceEvents, segments }: AgentRows,
  now: number,
  rules: CountingRules,
): AgentState | null {
  const presence = presenceOf({ presenceEvents, segments }, now, rules);
  const isListed = ({ presence, since }: QueuePresence): boolean =>
    (presence !== 'logged_out' && presence !== 'not_known') || now - since <= listedForMs;
  const queues = presence.queues.filter(isListed);
  if (queues.length === 0) return null;
  const queueOfCall = new Map(segments.map(({ callId, callQueue }) => [callId, callQueue]));
  const numbered =
    presenceEvents.findLast((row) => row.number !== null) ?? segments.findLast((row) => row.number !== null);
  return {
    actor,
    name,
    number: numbered?.number == null ? null : new Raw(numbered.number, numberForms),
    queues,
    calls: presence.calls.map((callId) => ({ callId, queue: queueOfCall.get(callId) ?? '' })),
  };
}

/** Every queue that has live calls, agents, or visits or calls of today, sorted by id. */
function queueStates(
  { live, visits, calls, names }: Pick<QueueSnapshotRows, 'live' | 'visits' | 'calls' | 'names'>,
  presencesByQueue: AgentCounts['presencesByQueue'],
): Map<string, QueueState> {
  const liveByQueue = new Map(live.map((row) => [row.queue, row]));
  const todayByQueue = new Map(visits.map((row) => [row.queue, row]));
  const callsByQueue = new Map(calls.map((row) => [row.queue ?? '', row.counts]));
  const ids = new Set([liveByQueue, presencesByQueue, todayByQueue, callsByQueue].flatMap((rows) => [...rows.keys()]));
  const states = [...ids].toSorted(compareText).map((queue) =>
    queueState({
      name: names.queues.get(queue),
      ...(liveByQueue.get(queue) ?? noLiveCounts),
      queue,
      presences: presencesByQueue.get(queue) ?? noPresenceCounts,
      today: todayByQueue.get(queue) ?? noCounts,
      callsToday: callsByQueue.get(queue) ?? noOutcomeCounts,
    }),
  );
  return new Map(states.map((state) => [state.queue, state]));
}

function queueState(state: Omit<QueueState, 'json'>): QueueState {
  let json: string | undefined;
  const { queue, name } = state;
  return { ...state, json: () => (json ??= JSON.stringify({ queue, name, ...queueNow(state) })) };
}

type PresenceCounts = Record<Presence, number>;

interface AgentCounts extends Pick<QueueSnapshot, 'changesAt' | 'presences' | 'agentsByQueue'> {
  readonly presencesByQueue: ReadonlyMap<string, PresenceCounts>;
}

async function countAgents(agents: readonly AgentState[]): Promise<AgentCounts> {
  let changesAt = Infinity;
  const presences = { ...noPresenceCounts };
  const presencesByQueue = new Map<string, PresenceCounts>();
  const agentsByQueue = new Map<string, number[]>();
  await forEachInTurns(agents.entries(), ([index, { queues }]) => {
    const first = firstPresence(queues);
    if (first) presences[first.presence]++;
    for (const { queue, presence, until = Infinity } of queues) {
      changesAt = Math.min(changesAt, until);
      const counts = getOrAdd(presencesByQueue, queue, () => ({ ...noPresenceCounts }));
      counts[presence]++;
      getOrAdd(agentsByQueue, queue, () => []).push(index);
    }
  });
  return { changesAt, presences, presencesByQueue, agentsByQueue };
}

function getOrAdd<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** One queue, or the total of several, as JSON of the protocol. */
export const queueNow = ({
  waiting,
  longestWaitingSince,
  talking,
  outbound,
  internal,
  presences,
  today,
  callsToday,
}: Omit<QueueState, 'queue' | 'name' | 'json'>) => ({
  waiting,
  longest_waiting_since: longestWaitingSince,
  talking,
  outbound,
  internal,
  agents: presences,
  today: totalsOf(today),
  calls_today: callTotalsOf(callsToday),
});
