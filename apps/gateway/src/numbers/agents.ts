import { presences } from '@callstream/domain';
import type { AgentNow } from '@callstream/contracts';
import { maskNumber } from '../access/mask.ts';
import { visibleTo } from '../access/scope.ts';
import type { Scope } from '../access/scope.ts';
import type { AgentState, QueueSnapshot, QueuePresence } from './queue-snapshot.ts';

/** An agent in the queues that are looked at. */
export interface VisibleAgent {
  readonly agent: AgentState;
  /** At least one. */
  readonly seats: readonly QueuePresence[];
}

/** The agents of these queues; null: of all, and of none. */
export function* agentsInQueues(floor: QueueSnapshot, queues: ReadonlySet<string> | null): Iterable<VisibleAgent> {
  if (queues === null) {
    for (const agent of floor.agents) yield { agent, seats: agent.seats };
    return;
  }
  const positions = new Set([...queues].flatMap((queue) => floor.agentsIn.get(queue) ?? []));
  for (const at of [...positions].toSorted((a, b) => a - b)) {
    const agent = floor.agents[at];
    if (agent) yield { agent, seats: agent.seats.filter(({ queue }) => queues.has(queue)) };
  }
}

/** What the agent does first of all: the first presence that one of the queues has. */
export const firstPresence = (seats: readonly QueuePresence[]): QueuePresence | undefined =>
  seats.toSorted((a, b) => presences.indexOf(a.presence) - presences.indexOf(b.presence))[0];

/** Makes agents into what crosses the wire, for somebody who may see this. */
export function agentNow(scope: Scope): (seen: VisibleAgent) => AgentNow {
  const maySee = visibleTo(scope);
  return ({ agent, seats }) => {
    const first = firstPresence(seats);
    const { number } = agent;
    return {
      actor: agent.actor,
      number: number !== null && scope.masked ? maskNumber(number) : number,
      presence: first?.presence ?? 'not_known',
      since: first?.since ?? 0,
      calls: agent.calls.filter(({ queue }) => maySee(queue)).map(({ callId }) => callId),
      queues: seats.map(({ queue, presence, since }) => ({ queue, presence, since })),
    };
  };
}
