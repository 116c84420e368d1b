import {
  addOutcomeCounts,
  addCounts,
  addLiveCounts,
  compareText,
  noOutcomeCounts,
  noCounts,
  noLiveCounts,
  noPresenceCounts,
} from '@callstream/domain';
import type { Presence } from '@callstream/domain';
import type { Scope } from '../access/scope.ts';
import { firstPresence } from './agents.ts';
import { queueNow } from './build-queue-snapshot.ts';
import type { QueueSnapshot, QueueState } from './queue-snapshot.ts';
import { countingRulesJson } from './totals.ts';
import { truncatedJsonList } from './truncated-list.ts';
import type { TruncatedList } from './truncated-list.ts';

/** What `Queues`, `Agents` or `Names` says, without `as_of`. */
export interface ViewContent {
  readonly fields: object;
  /** Name of its last field. */
  readonly last: 'queues' | 'agents';
  /** Its last field. */
  readonly list: TruncatedList;
}

/** The queues of a scope and their total: the content of `Queues`. */
export async function queuesContent(snapshot: QueueSnapshot, scope: Scope): Promise<ViewContent> {
  const states = visibleQueues(snapshot, scope);
  return {
    fields: queuesHead(snapshot, scope, states),
    last: 'queues',
    list: await truncatedJsonList(states.values().map(({ json }) => json())),
  };
}

/** The queues of a scope, sorted by id. */
export const visibleQueues = (snapshot: QueueSnapshot, { queues }: Scope): QueueState[] =>
  queues === null
    ? [...snapshot.queues.values()]
    : [...queues].toSorted(compareText).flatMap((queue) => snapshot.queues.get(queue) ?? []);

/** What `Queues` says of all queues of a scope together. */
export function queuesHead(snapshot: QueueSnapshot, scope: Scope, states = visibleQueues(snapshot, scope)): object {
  const presences = scope.queues === null ? snapshot.presences : countPresences(snapshot, scope.queues);
  const total = queueNow({ ...states.reduce(add, noQueues), presences });
  const { today, rules } = snapshot;
  return { today, ...countingRulesJson(rules), wrap_up_seconds: rules.wrapUpMs / 1_000, total };
}

/** Not the sum over the queues: an agent of several queues counts once. */
function countPresences(
  { agents, agentsByQueue }: Pick<QueueSnapshot, 'agents' | 'agentsByQueue'>,
  selected: ReadonlySet<string>,
): Record<Presence, number> {
  const counts = { ...noPresenceCounts };
  const indexes = new Set([...selected].flatMap((queue) => agentsByQueue.get(queue) ?? []));
  for (const index of indexes) {
    const visible = firstPresence(agents[index]?.queues.filter(({ queue }) => selected.has(queue)) ?? []);
    if (visible) counts[visible.presence]++;
  }
  return counts;
}

type QueueSums = Omit<QueueState, 'queue' | 'name' | 'presences' | 'json'>;
const noQueues: QueueSums = {
  ...noLiveCounts,
  today: noCounts,
  callsToday: noOutcomeCounts,
};

const add = (a: QueueSums, b: QueueSums): QueueSums => ({
  ...addLiveCounts(a, b),
  today: addCounts(a.today, b.today),
  callsToday: addOutcomeCounts(a.callsToday, b.callsToday),
});
