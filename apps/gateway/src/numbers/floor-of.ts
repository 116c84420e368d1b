import { compareText, isOnCall, isRinging, noCounts, presenceOf, presenceSince } from '@callstream/domain';
import type { Presence, VisitCounts } from '@callstream/domain';
import type { AgentFacts, BusyAgent, CountedVisits, LiveQueue } from '@callstream/tables';
import type { AgentState, Floor, QueueState, SeatState } from './floor.ts';
import { totalsOf } from './totals.ts';

/** What was read from the tables. */
export interface FloorFacts extends Pick<Floor, 'rules' | 'asOf' | 'today'> {
  readonly live: readonly LiveQueue[];
  readonly busy: readonly BusyAgent[];
  /** By actor and queue. */
  readonly agents: readonly AgentFacts[];
  /** Visits of today, by queue. */
  readonly visits: readonly CountedVisits[];
}

/** Works out once what is the same for everybody, so that an answer only has to pick from it. */
export function floorOf({ rules, asOf, today, live, busy, agents, visits }: FloorFacts): Floor {
  const busyOf = Map.groupBy(busy, ({ actor }) => actor);
  const states = [...Map.groupBy(agents, ({ actor }) => actor)].map(([actor, rows]) =>
    agentState(actor, { rows, busy: busyOf.get(actor) ?? [], now: asOf }),
  );
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
    return [queue, { ...state, json: JSON.stringify({ queue, ...queueNow(state) }) }] as const;
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
  today: totalsOf(today as VisitCounts),
});

export const noPresences = (): Record<Presence, number> => ({
  ...{ on_call: 0, ringing: 0, available: 0, paused: 0, logged_out: 0 },
});

interface Known {
  /** One for each of the agent's queues. */
  readonly rows: readonly AgentFacts[];
  readonly busy: readonly BusyAgent[];
  readonly now: number;
}

function agentState(actor: string, { rows, busy, now }: Known): AgentState {
  const calls = busy.filter((call) => isOnCall(call) || isRinging(call));
  // Of many calls, one decides: the presence of each queue is worked out from that.
  const deciding = [
    ...earliest(calls.filter(isOnCall), ({ enteredLastAt }) => enteredLastAt),
    ...earliest(calls.filter(isRinging), ({ ringingLastAt }) => ringingLastAt),
  ];
  const seats = rows.map((row): SeatState => {
    const presence = presenceOf(row, deciding, now);
    const { queue, lastSeenAt, number } = row;
    return { queue, presence, since: presenceSince(row, deciding, presence), lastSeenAt, number };
  });
  return { actor, seats, calls: calls.map(({ callId, queue }) => ({ callId, queue })) };
}

const earliest = (calls: readonly BusyAgent[], at: (call: BusyAgent) => number | null): BusyAgent[] =>
  calls.length === 0 ? [] : [calls.reduce((first, call) => ((at(call) ?? 0) < (at(first) ?? 0) ? call : first))];
