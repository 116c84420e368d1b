import { presences } from '@callstream/contracts';
import type { AgentNow, Agents } from '@callstream/contracts';
import { isOnCall, isRinging, presenceOf, presenceSince } from '@callstream/domain';
import type { AgentFacts, LiveCallAgent, LiveCallFacts } from '@callstream/tables';
import { maskNumber } from '../access/mask.ts';
import { maySee } from '../access/scope.ts';
import type { Scope } from '../access/scope.ts';
import type { Floor } from './floor.ts';

interface OnCall {
  readonly call: LiveCallFacts;
  readonly agent: LiveCallAgent;
}

/** What the agents of the queues that may be seen do; `queues`: only agents of these. */
export function agentsOf(floor: Floor, scope: Scope, queues?: readonly string[]): Agents {
  const onCalls = Map.groupBy(
    floor.calls.flatMap((call) => call.agents.map((agent): OnCall => ({ call, agent }))),
    ({ agent }) => agent.actor,
  );
  const seen = floor.agents.filter(
    ({ queue }) => maySee(scope, queue) && (queues === undefined || queues.includes(queue)),
  );
  const agents = [...Map.groupBy(seen, ({ actor }) => actor)].map(([actor, rows]) =>
    agentOf({ actor, rows, onCalls: onCalls.get(actor) ?? [] }, floor.asOf, scope),
  );
  return { as_of: floor.asOf, agents };
}

interface Known {
  readonly actor: string;
  /** One for each of the agent's queues. */
  readonly rows: readonly AgentFacts[];
  readonly onCalls: readonly OnCall[];
}

function agentOf({ actor, rows, onCalls }: Known, now: number, scope: Scope): AgentNow {
  const times = onCalls.map(({ agent }) => agent);
  // Who is free is free since their latest event, whichever queue that was in.
  const lastSeenAt = Math.max(...rows.map((row) => row.lastSeenAt));
  const queues = rows.map((row) => {
    const presence = presenceOf(row, times, now);
    return { queue: row.queue, presence, since: presenceSince({ ...row, lastSeenAt }, times, presence) };
  });
  const [first] = queues.toSorted((a, b) => presences.indexOf(a.presence) - presences.indexOf(b.presence));
  const number = rows.findLast((row) => row.number !== null)?.number ?? null;
  return {
    actor,
    number: number !== null && scope.masked ? maskNumber(number) : number,
    presence: first?.presence ?? 'logged_out',
    since: first?.since ?? lastSeenAt,
    calls: onCalls
      .filter(({ call, agent }) => maySee(scope, call.queue) && (isOnCall(agent) || isRinging(agent)))
      .map(({ call }) => call.callId),
    queues,
  };
}
