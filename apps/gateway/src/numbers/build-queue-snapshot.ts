import { compareText, noCounts, presenceOf } from '@callstream/domain';
import type { Presence } from '@callstream/domain';
import type { AgentRow, AgentSegmentRow, CountedVisits, LiveQueue } from '@callstream/tables';
import { listedForMs } from './queue-snapshot.ts';
import type { AgentState, QueueSnapshot, QueueState, CountingRules, QueuePresence } from './queue-snapshot.ts';
import { totalsOf } from './totals.ts';

/** What was read from the tables. */
export interface QueueSnapshotRows extends Pick<QueueSnapshot, 'rules' | 'asOf' | 'today'> {
  readonly live: readonly LiveQueue[];
  /** By actor and queue. */
  readonly marks: readonly AgentRow[];
  /** By actor. */
  readonly segments: readonly AgentSegmentRow[];
  /** Visits of today, by queue. */
  readonly visits: readonly CountedVisits[];
}

/** Works out once what is the same for everybody, so that an answer only has to pick from it. */
export function buildQueueSnapshot({
  rules,
  asOf,
  today,
  live,
  marks,
  segments,
  visits,
}: QueueSnapshotRows): QueueSnapshot {
  const marksOf = Map.groupBy(marks, ({ actor }) => actor);
  const segmentsOf = Map.groupBy(segments, ({ actor }) => actor);
  const actors = [...new Set([...marksOf.keys(), ...segmentsOf.keys()])].toSorted(compareText);
  const states = actors.flatMap((actor) => {
    const known = { marks: marksOf.get(actor) ?? [], segments: segmentsOf.get(actor) ?? [] };
    const state = agentState({ actor, ...known }, asOf, rules);
    return state ? [state] : [];
  });
  const agentsIn = new Map<string, number[]>();
  const presencesIn = new Map<string, Record<Presence, number>>();
  for (const [at, { seats }] of states.entries())
    for (const { queue, presence } of seats) {
      const positions = agentsIn.get(queue);
      if (positions) positions.push(at);
      else agentsIn.set(queue, [at]);
      const counts = presencesIn.get(queue) ?? noPresences();
      counts[presence]++;
      presencesIn.set(queue, counts);
    }
  const liveOf = new Map(live.map((row) => [row.queue, row]));
  const todayOf = new Map(visits.map((row) => [row.queue, row]));
  const names = new Set([...liveOf.keys(), ...presencesIn.keys(), ...todayOf.keys()]);
  const queues = [...names].toSorted(compareText).map((queue) => {
    const known = liveOf.get(queue) ?? { queue, waiting: 0, longestWaitingSince: null, talking: 0 };
    const state = {
      ...known,
      presences: presencesIn.get(queue) ?? noPresences(),
      today: todayOf.get(queue) ?? noCounts,
    };
    let json: string | undefined;
    return [queue, { ...state, json: () => (json ??= JSON.stringify({ queue, ...queueNow(state) })) }] as const;
  });
  return { rules, asOf, today, queues: new Map(queues), agents: states, agentsIn };
}

/** A queue, or several together, as they cross the wire. */
export const queueNow = ({
  waiting,
  longestWaitingSince,
  talking,
  presences,
  today,
}: Omit<QueueState, 'queue' | 'json'>) => ({
  waiting,
  longest_waiting_since: longestWaitingSince,
  talking,
  agents: presences,
  today: totalsOf(today),
});

export const noPresences = (): Record<Presence, number> => ({
  ...{ on_call: 0, ringing: 0, not_known: 0, available: 0, paused: 0, logged_out: 0 },
});

interface AgentRows {
  readonly actor: string;
  /** One for each queue that the agent's events named, and one for those that named none. */
  readonly marks: readonly AgentRow[];
  readonly segments: readonly AgentSegmentRow[];
}

/** What an agent does now; null: too long ago to be listed. */
function agentState({ actor, marks, segments }: AgentRows, now: number, rules: CountingRules): AgentState | null {
  const { calls, queues } = presenceOf({ marks, segments }, now, rules);
  const isListed = ({ presence, since }: QueuePresence): boolean =>
    (presence !== 'logged_out' && presence !== 'not_known') || now - since <= listedForMs;
  const seats = queues.filter(isListed);
  if (seats.length === 0) return null;
  const queueOf = new Map(segments.map(({ callId, callQueue }) => [callId, callQueue]));
  const number = marks.findLast((row) => row.number !== null) ?? segments.findLast((row) => row.number !== null);
  return {
    ...{ actor, number: number?.number ?? null, seats },
    calls: calls.map((callId) => ({ callId, queue: queueOf.get(callId) ?? '' })),
  };
}
