import type { Random } from './random.ts';
import type { WebhookSender } from './webhook-sender.ts';

export interface SimulatedAgent {
  readonly actor: string;
  readonly number: string;
  readonly queues: readonly string[];
}

const names = ['ana', 'bia', 'caio', 'davi', 'eva', 'fabio', 'gabi', 'hugo', 'iris', 'joão', 'kelly', 'luís'] as const;

/** The queues of the centre; 910 takes what 900 and 901 cannot. */
export const queues = ['900', '901'] as const;
export const overflowQueue = '910';

/** The agents: who is free, for which queue. */
export function createStaff(size: number, { random, wire }: { random: Random; wire: WebhookSender }) {
  const workers = Array.from({ length: size }, (_, i): SimulatedAgent => {
    const name = names[i % names.length] ?? 'ana';
    const actor = `${name}${i < names.length ? '' : String(Math.floor(i / names.length) + 1)}@example.com`;
    return { actor, number: String(200 + i), queues: [queues[i % queues.length] ?? '900', overflowQueue] };
  });
  const free = new Set<SimulatedAgent>();

  const presence = (at: number, type: string, worker: SimulatedAgent): void => {
    const sid = `EV${Math.floor(random.unit() * 1e9)}`;
    for (const queue of worker.queues) wire.emit(at, type, { actor: worker.actor, number: worker.number, queue, sid });
  };
  return {
    workers,
    logIn: (at: number, worker: SimulatedAgent): void => {
      presence(at, 'actor.logged-in', worker);
      free.add(worker);
    },
    /** Takes a free agent of the queue, the one that has been free for longest. */
    take: (queue: string): SimulatedAgent | undefined => {
      const worker = free.values().find((one) => one.queues.includes(queue));
      if (worker) free.delete(worker);
      return worker;
    },
    release: (worker: SimulatedAgent): void => void free.add(worker),
    pause: (at: number, worker: SimulatedAgent): void => {
      free.delete(worker);
      presence(at, 'actor.paused', worker);
    },
    unpause: (at: number, worker: SimulatedAgent): void => {
      presence(at, 'actor.unpaused', worker);
      free.add(worker);
    },
  };
}

export type Staff = ReturnType<typeof createStaff>;
