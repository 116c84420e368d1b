import type { Tables } from '@callstream/tables';
import { addEvents } from '@callstream/tables/testing';

export interface ManyCalls {
  readonly calls: number;
  readonly queues: number;
  readonly agents: number;
}

/**
 * Fills the tables with unfinished calls, half of them waiting and half answered, and with agents who are each logged in to two
 * queues. Queues are `q0`, `q1`, …, agents `a0`, `a1`, ….
 */
export async function fillWithCalls(db: Tables, { calls, queues, agents }: ManyCalls): Promise<void> {
  const now = Date.now();
  const agentOf = (n: number) => ({ actor: `a${n % agents}@example.com`, number: '200' });
  const callEvents = Array.from({ length: calls }, (_, i) => {
    const n = i + 1;
    const numbers = {
      direction: 'inbound',
      our_number: '0800123000',
      their_number: `55119${String(n).padStart(8, '0')}`,
    };
    const timestamp = new Date(now - n).toISOString();
    const shared = { call_id: `many.${n}`, queue: `q${n % queues}`, timestamp, ...numbers };
    const waits = { ...shared, type: 'call.waiting' };
    return n % 2 === 0 ? [waits] : [waits, { ...shared, ...agentOf(n), type: 'actor.entered' }];
  });
  const logIns = Array.from({ length: agents }, (_, n) =>
    [n, n + 1].map((queue) => ({
      ...agentOf(n),
      type: 'actor.logged-in',
      queue: `q${queue % queues}`,
      timestamp: now,
    })),
  );
  await addEvents(db, [...logIns, ...callEvents].flat());
}
