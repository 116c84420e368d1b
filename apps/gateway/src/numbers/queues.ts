import { addCounts, compareText, noCounts } from '@callstream/domain';
import type { Scope } from '../access/scope.ts';
import { agentsIn, presenceIn } from './agents.ts';
import type { Floor, QueueState } from './floor.ts';
import { noPresences, queueNow } from './floor-of.ts';
import { fitting } from './fitting.ts';
import { rulesOf } from './totals.ts';

/** What a supervisor of these queues sees: each, and all together. The JSON text of `Queues`, without `as_of` and braces. */
export function queuesJson(floor: Floor, { queues }: Scope): string {
  const visible = queues === null ? null : new Set(queues.filter((queue) => queue !== '' && floor.queues.has(queue)));
  const states =
    visible === null
      ? [...floor.queues.values()]
      : [...visible].toSorted(compareText).flatMap((queue) => floor.queues.get(queue) ?? []);
  const presences = noPresences();
  for (const { seats } of agentsIn(floor, visible)) {
    const seat = presenceIn(seats);
    if (seat) presences[seat.presence]++;
  }
  const total = queueNow({ ...states.reduce(add, none), presences });
  const head = JSON.stringify({ today: floor.today, ...rulesOf(floor.rules), total });
  return `${head.slice(1, -1)},"queues":${fitting(states.values().map(({ json }) => json()))}`;
}

type Sum = Pick<QueueState, 'waiting' | 'longestWaitingSince' | 'talking' | 'today'>;
const none: Sum = { waiting: 0, longestWaitingSince: null, talking: 0, today: noCounts };

const add = (a: Sum, b: Sum): Sum => ({
  waiting: a.waiting + b.waiting,
  longestWaitingSince: earlier(a.longestWaitingSince, b.longestWaitingSince),
  talking: a.talking + b.talking,
  today: addCounts(a.today, b.today),
});

const earlier = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.min(a, b);
