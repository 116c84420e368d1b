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
import type { Scope } from '../access/scope.ts';
import { agentsInQueues, firstPresence } from './agents.ts';
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
export function queuesContent(snapshot: QueueSnapshot, scope: Scope): ViewContent {
  const states = visibleQueues(snapshot, scope);
  return {
    fields: queuesHead(snapshot, scope, states),
    last: 'queues',
    list: truncatedJsonList(states.values().map(({ json }) => json())),
  };
}

/** The queues of a scope, sorted by id. */
export const visibleQueues = (snapshot: QueueSnapshot, { queues }: Scope): QueueState[] =>
  queues === null
    ? [...snapshot.queues.values()]
    : [...queues].toSorted(compareText).flatMap((queue) => snapshot.queues.get(queue) ?? []);

/** What `Queues` says of all queues of a scope together. */
export function queuesHead(snapshot: QueueSnapshot, scope: Scope, states = visibleQueues(snapshot, scope)): object {
  // Not the sum over the queues: an agent of several queues counts once.
  const presences = { ...noPresenceCounts };
  for (const { queues } of agentsInQueues(snapshot, scope.queues)) {
    const first = firstPresence(queues);
    if (first) presences[first.presence]++;
  }
  const total = queueNow({ ...states.reduce(add, noQueues), presences });
  const { today, rules } = snapshot;
  return { today, ...countingRulesJson(rules), wrap_up_seconds: rules.wrapUpMs / 1_000, total };
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
