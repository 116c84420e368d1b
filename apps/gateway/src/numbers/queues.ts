import { presences } from '@callstream/contracts';
import type { AgentNow, Queues } from '@callstream/contracts';
import { compareText, isTalking, isWaiting, noCounts } from '@callstream/domain';
import type { LiveCallFacts } from '@callstream/tables';
import { maySee } from '../access/scope.ts';
import type { Scope } from '../access/scope.ts';
import { agentsOf } from './agents.ts';
import type { Floor } from './floor.ts';
import { rulesOf, sumVisits, totalsOf } from './totals.ts';

type QueueNow = Queues['total'];

/** What a supervisor of these queues sees: each, and all together. */
export function queuesOf(floor: Floor, scope: Scope): Queues {
  const { asOf, rules, today } = floor;
  const calls = floor.calls.filter(({ queue }) => maySee(scope, queue));
  const agents = agentsOf(floor, scope).agents;
  const visits = sumVisits(floor.visits, scope);
  const live = (of: readonly LiveCallFacts[]): Omit<QueueNow, 'agents' | 'today'> => {
    const waiting = of.filter((call) => isWaiting(call, asOf, rules.staleAfterMs));
    const since = waiting.flatMap(({ waitingSince }) => waitingSince ?? []);
    return {
      waiting: waiting.length,
      longest_waiting_since: since.length === 0 ? null : since.reduce((min, at) => Math.min(min, at)),
      talking: of.filter((call) => isTalking(call, asOf, rules.staleAfterMs)).length,
    };
  };
  const callsOf = Map.groupBy(calls, ({ queue }) => queue);
  const agentsIn = Map.groupBy(
    agents.flatMap((agent) => agent.queues),
    ({ queue }) => queue,
  );
  const todayOf = new Map(visits.queues.map(({ queue, ...of }) => [queue, of]));
  const names = new Set([...callsOf.keys(), ...agentsIn.keys(), ...todayOf.keys()]);
  return {
    as_of: asOf,
    today,
    ...rulesOf(rules),
    total: { ...live(calls), agents: byPresence(agents), today: visits.total },
    queues: [...names].toSorted(compareText).map((queue) => ({
      queue,
      ...live(callsOf.get(queue) ?? []),
      agents: byPresence(agentsIn.get(queue) ?? []),
      today: todayOf.get(queue) ?? totalsOf(noCounts),
    })),
  };
}

function byPresence(agents: readonly Pick<AgentNow, 'presence'>[]): QueueNow['agents'] {
  const counts = { on_call: 0, ringing: 0, available: 0, paused: 0, logged_out: 0 } satisfies Record<
    (typeof presences)[number],
    number
  >;
  for (const { presence } of agents) counts[presence]++;
  return counts;
}
