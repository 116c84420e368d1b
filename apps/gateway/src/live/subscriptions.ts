import type { MessageId, Subscribe } from '@callstream/contracts';
import { throttle } from '../scheduling/throttle.ts';
import type { MaintainedBoard } from '../board/maintain-board.ts';
import type { SocketClient } from '../outbox/socket-client.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { createSubscriberFeed, newSubscriber } from './subscriber.ts';
import type { SubscriberGroup, Subscriber } from './subscriber.ts';
import { createCallFilter } from './call-filter.ts';
import type { CallFilter } from './call-filter.ts';
import type { PartCache } from './part-cache.ts';
import type { Resume } from './resume.ts';
import { deltaOfTick, changesByQueue } from './delta.ts';
import type { Delta } from './delta.ts';

/** How often subscribers are told how old the board is, in ms. */
const heartbeatEveryMs = 5_000;
/** A subscription of which nothing changes for so long gets a new cursor, in ms: an old one cannot be resumed from. */
const cursorEveryMs = 60_000;
/** Filters that are larger are counted: one with a hundred long names of queues has 150,000. In bytes. */
const smallFilterBytes = 4_096;

const nothing: Delta = { calls: [], gone: [] };

export interface Subscriptions extends Disposable {
  /** Answers with a snapshot, and tells what changes from then on. @throws {Failure} */
  readonly subscribe: (client: SocketClient, asked: Subscribe, id: MessageId | undefined) => Promise<void>;
  readonly unsubscribe: (client: SocketClient) => void;
  /** The client may see something else now: what it holds is replaced. */
  readonly rescope: (client: SocketClient) => void;
  /** The client takes more now. */
  readonly onRoom: (client: SocketClient) => void;
  readonly has: (client: SocketClient) => boolean;
  /** The board has changed. */
  readonly changed: () => void;
}

export interface SubscriptionsOptions {
  readonly kept: MaintainedBoard;
  readonly resume: Resume;
  readonly cache: PartCache;
  /** Changes are told at most this often, in ms; 0: at once. */
  readonly coalesceMs: number;
  readonly metrics: Pick<GatewayMetrics, 'subscriptions' | 'changes'>;
}

/**
 * Tells subscribers what changes on the board: one frame for each distinct subscription and tick, the same bytes for
 * everybody. Who cannot take it now is told later what has changed by then.
 */
export function createSubscriptions({ kept, resume, cache, coalesceMs, metrics }: SubscriptionsOptions): Subscriptions {
  const { board, progress } = kept;
  const delivery = createSubscriberFeed({ kept, resume, cache, metrics });
  const groups = new Map<string, SubscriberGroup>();
  const all = new Map<SocketClient, Subscriber>();

  const isUpToDate = ({ revision, backlog }: Subscriber): boolean => backlog === null && revision >= board.marked();

  const tell = (): void => {
    const revision = board.revision();
    const marked = board.marked();
    if (revision === marked) return;
    const changesIn = changesByQueue(board.since(marked));
    for (const group of groups.values()) {
      const told = deltaOfTick(changesIn(group.filter), group.filter);
      const count = told.calls.length + told.gone.length;
      const backlog = count === 0 ? null : delivery.changesOf(group.filter, told);
      const only = backlog?.parts === 1 ? [backlog.part(0)] : null;
      if (count > 0) group.cursorAt = performance.now();
      let reached = 0;
      for (const subscription of group.members) {
        if (subscription.backlog !== null || !subscription.client.hasRoom()) continue;
        // It was behind; or its snapshot was made since, and has what is neither before nor after in these frames.
        if (subscription.revision !== marked) {
          if (subscription.revision !== revision) delivery.catchUp(subscription);
          continue;
        }
        if (subscription.told.length > 0) delivery.forgetTold(subscription);
        subscription.revision = revision;
        reached++;
        if (only) subscription.client.write(only);
        else if (backlog) delivery.beginChanges(subscription, backlog);
      }
      metrics.changes.inc(count * reached);
    }
    board.mark();
  };

  const ticking = throttle(coalesceMs, tell);

  const beat = (): void => {
    tell();
    const now = Date.now();
    const data = { as_of: progress.asOf(), now, lag: progress.lag() };
    const heartbeat = [Buffer.from(JSON.stringify({ event: 'Heartbeat', data }))];
    for (const group of groups.values()) {
      const isOld = performance.now() - group.cursorAt > cursorEveryMs;
      if (isOld) group.cursorAt = performance.now();
      const fresh = isOld ? [delivery.changesOf(group.filter, nothing).part(0)] : null;
      for (const subscription of group.members) {
        // Who is behind does not show what was true then.
        if (!isUpToDate(subscription) || !subscription.client.hasRoom()) continue;
        if (fresh) subscription.client.write(fresh);
        subscription.client.write(heartbeat);
      }
    }
  };
  const beating = setInterval(beat, heartbeatEveryMs);

  const unsubscribe = (client: SocketClient): void => {
    resume.forget(client);
    leave(client);
  };
  const leave = (client: SocketClient): void => {
    const subscription = all.get(client);
    if (!subscription) return;
    all.delete(client);
    delivery.release(subscription);
    const { filter, members } = subscription.group;
    client.release(filter);
    members.delete(subscription);
    if (members.size === 0) groups.delete(filter.key);
    metrics.subscriptions.set(all.size);
  };

  const groupOf = (asked: SubscriberGroup['asked'], filter: CallFilter): SubscriberGroup => {
    const known = groups.get(filter.key);
    if (known) return known;
    const group = { asked, filter, members: new Set<Subscriber>(), cursorAt: performance.now() };
    groups.set(filter.key, group);
    return group;
  };

  /** Makes the client one of those who are told; in place of what it was told before. */
  const enter = (client: SocketClient, { states, queues }: SubscriberGroup['asked']): Subscriber => {
    unsubscribe(client);
    const asked = { states, queues };
    const group = groupOf(asked, createCallFilter(asked, client.scope()));
    const subscription = newSubscriber(client, group);
    all.set(client, subscription);
    group.members.add(subscription);
    if (group.filter.byteLength > smallFilterBytes) client.hold(group.filter);
    metrics.subscriptions.set(all.size);
    return subscription;
  };

  return {
    subscribe: async (client, asked, id) => {
      const filter = createCallFilter(asked, client.scope());
      const snapshot = await resume.snapshot(client, filter, asked.cursor);
      if (!snapshot) return;
      const subscription = enter(client, asked);
      // Another token came while it waited.
      if (subscription.group.filter.key !== filter.key) return delivery.beginAnew(subscription, id);
      delivery.beginSnapshot(subscription, snapshot, id);
    },
    unsubscribe,
    rescope: (client) => {
      const known = all.get(client);
      // A new token for the old scope changes nothing.
      if (!known || createCallFilter(known.group.asked, client.scope()).key === known.group.filter.key) return;
      // From now on nothing comes by the old token. By the new one all comes anew, when it is the client's turn.
      leave(client);
      void resume.again(client, () => delivery.beginAnew(enter(client, known.group.asked)));
    },
    onRoom: (client) => {
      const subscription = all.get(client);
      if (!subscription) return;
      delivery.write(subscription);
      if (subscription.backlog === null && subscription.revision < board.marked()) delivery.catchUp(subscription);
    },
    has: (client) => all.has(client),
    changed: ticking.changed,
    [Symbol.dispose]: () => {
      ticking.stop();
      clearInterval(beating);
    },
  };
}
