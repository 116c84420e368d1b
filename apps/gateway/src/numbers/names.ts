import type { Scope } from '../access/scope.ts';
import { agentsInQueues } from './agents.ts';
import type { QueueSnapshot } from './queue-snapshot.ts';
import type { ViewContent } from './queues.ts';

/** The names that a scope may see, of its queues and of the agents that it sees in them: the content of `Names`. */
export function namesContent(snapshot: QueueSnapshot, scope: Scope): ViewContent {
  const { queues, agents } = snapshot.names;
  if (scope.queues === null) return contentOf(queues, agents);
  const actors = [...agentsInQueues(snapshot, scope.queues)].map(({ agent }) => agent.actor);
  return contentOf(pick(queues, scope.queues), pick(agents, actors));
}

type NameEntries = Iterable<readonly [id: string, name: string]>;

const contentOf = (queues: NameEntries, agents: NameEntries): ViewContent => ({
  fields: { queues: Object.fromEntries(queues) },
  last: 'agents',
  list: { json: JSON.stringify(Object.fromEntries(agents)), isTruncated: false },
});

function* pick(names: ReadonlyMap<string, string>, ids: Iterable<string>): NameEntries {
  for (const id of ids) {
    const name = names.get(id);
    if (name !== undefined) yield [id, name];
  }
}
