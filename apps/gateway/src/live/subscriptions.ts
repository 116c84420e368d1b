import type { MessageId, Subscribe } from '@callstream/contracts';
import { throttle } from '@callstream/resilience';
import type { BoardState } from '../board/board-state.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { SocketClient } from '../outbox/socket-client.ts';
import { createCallFilter } from './call-filter.ts';
import { sendHeartbeat } from './heartbeat.ts';
import type { Resume } from './resume.ts';
import { sendParts, unsentBacklog } from './subscriber.ts';
import type { Subscriber, SubscriberGroup } from './subscriber.ts';
import { createSubscriberFeed } from './subscriber-feed.ts';
import type { SubscriberFeedOptions } from './subscriber-feed.ts';
import { SubscriberGroups } from './subscriber-groups.ts';
import { sendTick } from './tick.ts';

/** Interval of the messages to subscribers about the age of the board, in ms. */
const heartbeatEveryMs = 5_000;

export interface Subscriptions extends Disposable {
  /** Answers with a snapshot, and sends deltas from then on. @throws {RequestFailure} */
  readonly subscribe: (client: SocketClient, request: Subscribe, id: MessageId | undefined) => Promise<void>;
  readonly unsubscribe: (client: SocketClient) => void;
  /** The client has a new token: if its scope changed, a snapshot replaces what it shows. */
  readonly rescope: (client: SocketClient) => void;
  /** The client takes more now. */
  readonly onRoom: (client: SocketClient) => void;
  readonly has: (client: SocketClient) => boolean;
  /** The board has changed. */
  readonly changed: () => void;
}

export interface SubscriptionsOptions extends SubscriberFeedOptions {
  readonly state: BoardState;
  readonly resume: Resume;
  /** Least time between two deltas, in ms; 0: each change is sent at once. */
  readonly coalesceMs: number;
  readonly metrics: Pick<GatewayMetrics, 'subscriptions' | 'changes'>;
}

/**
 * Sends the changes of the board to subscribers: one frame for each distinct filter and tick, the same bytes for all. A client
 * that has no room gets one conflated delta later.
 */
export function createSubscriptions(options: SubscriptionsOptions): Subscriptions {
  const { state, resume, coalesceMs, metrics } = options;
  const { board } = state;
  const groups = new SubscriberGroups((subscribers) => metrics.subscriptions.set(subscribers));
  const feed = createSubscriberFeed(options);

  const tick = (): void => sendTick({ board, groups: groups.all(), feed, metrics });
  const ticking = throttle({ everyMs: coalesceMs }, tick);
  const beating = setInterval(() => {
    tick();
    sendHeartbeat({ state, groups: groups.all(), feed });
  }, heartbeatEveryMs);

  const unsubscribe = (client: SocketClient): void => {
    resume.cancel(client);
    groups.leave(client);
  };
  /** Replaces the client's subscription. */
  const join = (client: SocketClient, request: SubscriberGroup['request']): Subscriber => {
    unsubscribe(client);
    return groups.join(client, request);
  };

  return {
    subscribe: async (client, request, id) => {
      const filter = createCallFilter(request, client.scope());
      // Sent within the client's turn: making the first parts takes longer than finding what is in them.
      await resume.withSnapshot(client, { filter, cursor: request.cursor }, (snapshot) => {
        const subscriber = join(client, request);
        const isSameScope = subscriber.group.filter.key === filter.key;
        if (isSameScope) feed.sendSnapshot(subscriber, snapshot, id);
        else feed.sendReset(subscriber, id);
      });
    },
    unsubscribe,
    rescope: (client) => {
      const group = groups.get(client)?.group;
      if (!group) return;
      const filter = createCallFilter(group.request, client.scope());
      if (filter.key === group.filter.key) return;
      // Nothing more is sent for the old scope; everything for the new one comes in the client's turn.
      groups.leave(client);
      void resume.inTurn(client, filter, () => feed.sendReset(join(client, group.request)));
    },
    onRoom: (client) => {
      const subscriber = groups.get(client);
      if (!subscriber) return;
      sendParts(subscriber);
      const isBehind = unsentBacklog(subscriber) === null && subscriber.revision < board.tickRevision();
      if (isBehind) feed.catchUp(subscriber);
    },
    has: (client) => groups.get(client) !== undefined,
    changed: ticking.changed,
    [Symbol.dispose]: () => {
      ticking.stop();
      clearInterval(beating);
    },
  };
}
