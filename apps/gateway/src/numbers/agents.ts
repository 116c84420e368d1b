import { presences } from '@callstream/domain';
import type { AgentNow } from '@callstream/contracts';
import type { Scope } from '../access/scope.ts';
import type { AgentState, QueuePresence, QueueSnapshot } from './queue-snapshot.ts';

/** An agent, with its presence in the selected queues only. */
export interface VisibleAgent {
  readonly agent: AgentState;
  /** At least one. */
  readonly queues: readonly QueuePresence[];
}

/** The queues whose agents a view shows; null: all agents, also those without a queue. */
export function selectedQueues(scope: Scope, queues: readonly string[] | undefined): ReadonlySet<string> | null {
  if (queues === undefined) return scope.queues;
  return new Set(queues.filter((queue) => queue !== '' && scope.includes(queue)));
}

/** An agent of which `selected` shows something; null if it shows nothing. */
export function visibleAgent(agent: AgentState, selected: ReadonlySet<string> | null): VisibleAgent | null {
  if (selected === null) return { agent, queues: agent.queues };
  const queues = agent.queues.filter(({ queue }) => selected.has(queue));
  return queues.length === 0 ? null : { agent, queues };
}

/** The agents of `selected`, sorted by actor; null: the agents of all queues, and those without a queue. */
export function* agentsInQueues(snapshot: QueueSnapshot, selected: ReadonlySet<string> | null): Iterable<VisibleAgent> {
  if (selected === null) {
    for (const agent of snapshot.agents) yield { agent, queues: agent.queues };
    return;
  }
  const indexes = new Set([...selected].flatMap((queue) => snapshot.agentsByQueue.get(queue) ?? []));
  for (const index of [...indexes].toSorted((a, b) => a - b)) {
    const agent = snapshot.agents[index];
    const visible = agent && visibleAgent(agent, selected);
    if (visible) yield visible;
  }
}

/** The presence of an agent over several queues: the first, in the order of `presences`, that one of the queues has. */
export function firstPresence(queues: readonly QueuePresence[]): QueuePresence | undefined {
  let first = queues[0];
  for (const each of queues)
    if (first && presences.indexOf(each.presence) < presences.indexOf(first.presence)) first = each;
  return first;
}

/** Returns a function that makes the JSON of an agent for one scope: without calls of other queues, its number masked. */
export function agentNow(scope: Scope): (visible: VisibleAgent) => AgentNow {
  return ({ agent, queues }) => {
    const first = firstPresence(queues);
    const { number } = agent;
    return {
      actor: agent.actor,
      name: agent.name,
      number: number && scope.show(number),
      presence: first?.presence ?? 'not_known',
      since: first?.since ?? 0,
      until: first?.until,
      calls: agent.calls.filter(({ queue }) => scope.includes(queue)).map(({ callId }) => callId),
      queues: queues.map(({ queue, presence, since, until }) => ({ queue, presence, since, until })),
    };
  };
}
