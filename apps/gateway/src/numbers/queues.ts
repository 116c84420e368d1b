import { addCounts, compareText, noCounts } from '@callstream/domain';
import type { Scope } from '../access/scope.ts';
import { agentsInQueues, firstPresence } from './agents.ts';
import type { QueueSnapshot, QueueState } from './queue-snapshot.ts';
import { noPresences, queueNow } from './build-queue-snapshot.ts';
import { truncatedJsonList } from './truncated-list.ts';
import { countingRulesJson } from './totals.ts';

/** What a supervisor of these queues sees: each, and all together. The JSON text of `Queues`, without `as_of` and braces. */
export function queuesJson(floor: QueueSnapshot, { queues }: Scope): string {
  const visible = queues === null ? null : new Set(queues.filter((queue) => queue !== '' && floor.queues.has(queue)));
  const states =
    visible === null
      ? [...floor.queues.values()]
      : [...visible].toSorted(compareText).flatMap((queue) => floor.queues.get(queue) ?? []);
  const presences = noPresences();
  for (const { seats } of agentsInQueues(floor, visible)) {
    const seat = firstPresence(seats);
    if (seat) presences[seat.presence]++;
  }
  const total = queueNow({ ...states.reduce(add, noQueues), presences });
  const head = JSON.stringify({ today: floor.today, ...countingRulesJson(floor.rules), total });
  return `${head.slice(1, -1)},"queues":${truncatedJsonList(states.values().map(({ json }) => json()))}`;
}

type QueueSums = Pick<QueueState, 'waiting' | 'longestWaitingSince' | 'talking' | 'today'>;
const noQueues: QueueSums = { waiting: 0, longestWaitingSince: null, talking: 0, today: noCounts };

const add = (a: QueueSums, b: QueueSums): QueueSums => ({
  waiting: a.waiting + b.waiting,
  longestWaitingSince: earlier(a.longestWaitingSince, b.longestWaitingSince),
  talking: a.talking + b.talking,
  today: addCounts(a.today, b.today),
});

const earlier = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.min(a, b);
