import {
  addOutcomeCounts,
  addCounts,
  addLiveCounts,
  compareText,
  noOutcomeCounts,
  noCounts,
  noLiveCounts,
} from '@callstream/domain';
import type { Scope } from '../access/scope.ts';
import { agentsInQueues, firstPresence } from './agents.ts';
import { noPresences, queueNow } from './build-queue-snapshot.ts';
import type { QueueSnapshot, QueueState } from './queue-snapshot.ts';
import { countingRulesJson } from './totals.ts';
import { truncatedJsonList } from './truncated-list.ts';

/** What `Queues`, `Agents` or `Names` says, without `as_of`. */
export interface ViewContent {
  readonly fields: object;
  /** Name of its last field. */
  readonly last: 'queues' | 'agents';
  /** JSON of its last field: of a list, {@link truncatedJsonList}. */
  readonly json: string;
}

/** The queues of a scope and their total: the content of `Queues`. */
export function queuesContent(snapshot: QueueSnapshot, scope: Scope): ViewContent {
  const visible =
    scope.queues === null ? null : new Set([...scope.queues].filter((queue) => snapshot.queues.has(queue)));
  const states =
    visible === null
      ? [...snapshot.queues.values()]
      : [...visible].toSorted(compareText).flatMap((queue) => snapshot.queues.get(queue) ?? []);
  // Not the sum over the queues: an agent of several queues counts once.
  const presences = noPresences();
  for (const { queues } of agentsInQueues(snapshot, visible)) {
    const first = firstPresence(queues);
    if (first) presences[first.presence]++;
  }
  const total = queueNow({ ...states.reduce(add, noQueues), presences });
  return {
    fields: { today: snapshot.today, ...countingRulesJson(snapshot.rules), total },
    last: 'queues',
    json: truncatedJsonList(states.values().map(({ json }) => json())),
  };
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
