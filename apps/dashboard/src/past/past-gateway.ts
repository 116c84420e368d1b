import type { Agents, PastBoard, Queues } from '@callstream/contracts';
import { callOfLive } from '@callstream/contracts/live-call-of';
import type { ReceivedCall } from '@callstream/contracts/live-call-of';
import { createStore, isShown } from '../gateway.ts';
import type { Gateway } from '../gateway.ts';

/** A gateway whose calls, queues, agents and clock are those of a past moment: the views show it as they show the live ones. */
export interface PastGateway {
  readonly gateway: Gateway;
  readonly show: (board: PastBoard) => void;
}

export function createPastGateway(live: Gateway): PastGateway {
  const calls = createStore<readonly ReceivedCall[]>([]);
  const queues = createStore<Queues | null>(null);
  const agents = createStore<Agents | null>(null);
  let at = 0;
  return {
    gateway: { ...live, calls, queues, agents, client: { ...live.client, now: () => at } },
    show: (board) => {
      at = Date.parse(board.at);
      queues.set(board.queues);
      agents.set(board.agents);
      calls.set(board.calls.map(callOfLive).filter(isShown));
    },
  };
}
