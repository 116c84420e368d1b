import type { Random } from './random.ts';
import type { WebhookSender } from './webhook-sender.ts';

export interface SimulatedAgent {
  readonly actor: string;
  readonly number: string;
  readonly queues: readonly string[];
}

const names = ['ana', 'bia', 'caio', 'davi', 'eva', 'fabio', 'gabi', 'hugo', 'iris', 'joão', 'kelly', 'luís'] as const;

/** The queues of the call centre. Calls that wait too long in one of them overflow to {@link overflowQueue}. */
export const queues = ['900', '901'] as const;
export const overflowQueue = '910';

export interface Staff {
  readonly agents: readonly SimulatedAgent[];
  readonly logIn: (at: number, agent: SimulatedAgent) => void;
  /** Takes the agent of the queue who has been available for longest. */
  readonly take: (queue: string) => SimulatedAgent | undefined;
  /** Makes an agent available after a call. */
  readonly release: (agent: SimulatedAgent) => void;
  readonly pause: (at: number, agent: SimulatedAgent) => void;
  readonly unpause: (at: number, agent: SimulatedAgent) => void;
}

/** Creates `size` agents, and tracks who is available. */
export function createStaff(size: number, { random, webhooks }: { random: Random; webhooks: WebhookSender }): Staff {
  const agents = Array.from({ length: size }, (_, i): SimulatedAgent => {
    const name = names[i % names.length] ?? 'ana';
    const actor = `${name}${i < names.length ? '' : String(Math.floor(i / names.length) + 1)}@example.com`;
    return { actor, number: String(200 + i), queues: [queues[i % queues.length] ?? '900', overflowQueue] };
  });
  const available = new Set<SimulatedAgent>();

  const emitPresence = (at: number, type: string, { actor, number, queues }: SimulatedAgent): void => {
    const sid = `EV${Math.floor(random.unit() * 1e9)}`;
    for (const queue of queues) webhooks.emit(at, type, { actor, number, queue, sid });
  };
  return {
    agents,
    logIn: (at, agent) => {
      emitPresence(at, 'actor.logged-in', agent);
      available.add(agent);
    },
    take: (queue) => {
      const agent = available.values().find(({ queues }) => queues.includes(queue));
      if (agent) available.delete(agent);
      return agent;
    },
    release: (agent) => void available.add(agent),
    pause: (at, agent) => {
      available.delete(agent);
      emitPresence(at, 'actor.paused', agent);
    },
    unpause: (at, agent) => {
      emitPresence(at, 'actor.unpaused', agent);
      available.add(agent);
    },
  };
}
