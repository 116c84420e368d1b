import type { MessageId, Subscribe } from '@callstream/contracts';
import type { BoardEntry } from '../board/board.ts';
import type { MaintainedBoard } from '../board/maintain-board.ts';
import type { SocketClient } from '../outbox/socket-client.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { Backlog } from './backlog.ts';
import type { CallFilter } from './call-filter.ts';
import type { PartCache } from './part-cache.ts';
import { changedFrames, snapshotHead } from './parts.ts';
import type { Resume } from './resume.ts';
import { deltaSinceRevision } from './delta.ts';
import type { Delta } from './delta.ts';

/** Whoever has caught up so often, and still is behind, begins anew: of who may not see everything it is kept what they were told. */
const catchUpsMax = 16;

const none: readonly Backlog[] = [];

/** Everybody who asked for the same. */
export interface SubscriberGroup {
  readonly asked: Pick<Subscribe, 'states' | 'queues'>;
  readonly filter: CallFilter;
  readonly members: Set<Subscriber>;
  cursorAt: number;
}

/** What one client is told. */
export interface Subscriber {
  readonly client: SocketClient;
  readonly group: SubscriberGroup;
  /** Revision of the board that it knows, once it has taken all of `backlog`. */
  revision: number;
  /** What it has not taken yet, from part `at` on; null: nothing. */
  backlog: Backlog | null;
  at: number;
  /** What goes before each of the parts: they are those of a snapshot, which others share. */
  head: (() => Buffer) | null;
  /** All that it was told since its last snapshot; kept until it is up to date, of those who may not see everything. */
  told: readonly Backlog[];
}

export const newSubscriber = (client: SocketClient, group: SubscriberGroup): Subscriber => {
  return { client, group, revision: 0, backlog: null, at: 0, head: null, told: none };
};

/** Gives one client its parts, as it takes them, whatever happens on the board meanwhile. */
export interface SubscriberFeed {
  /** Gives the client a snapshot, the answer to the request with this `id`, in place of what it has not taken. */
  readonly beginSnapshot: (subscription: Subscriber, snapshot: Backlog, id: MessageId | undefined) => void;
  /** Gives the client what changed, after what it has taken. */
  readonly beginChanges: (subscription: Subscriber, changes: Backlog) => void;
  /** Replaces all that the client holds. */
  readonly beginAnew: (subscription: Subscriber, id?: MessageId) => void;
  /** Tells what has changed while the client could not take it. */
  readonly catchUp: (subscription: Subscriber) => void;
  /** Sends of its backlog what the client takes now. */
  readonly write: (subscription: Subscriber) => void;
  /** The client is up to date: what it was told is not needed any more. */
  readonly forgetTold: (subscription: Subscriber) => void;
  /** Nothing is kept for the client any more. */
  readonly release: (subscription: Subscriber) => void;
  readonly changesOf: (filter: CallFilter, told: Delta) => Backlog;
}

export interface SubscriberFeedOptions {
  readonly kept: Pick<MaintainedBoard, 'board' | 'progress'>;
  readonly resume: Pick<Resume, 'cursor' | 'anew'>;
  readonly cache: PartCache;
  readonly metrics: Pick<GatewayMetrics, 'changes'>;
}

export function createSubscriberFeed({ kept, resume, cache, metrics }: SubscriberFeedOptions): SubscriberFeed {
  const { board, progress } = kept;

  const changesOf = (filter: CallFilter, told: Delta): Backlog =>
    new Backlog({ board, told, filter, text: changedFrames(resume.cursor(filter)), cache });

  const write = (subscription: Subscriber): void => {
    const { client, backlog, head } = subscription;
    if (!backlog) return;
    while (subscription.at < backlog.parts && client.hasRoom()) {
      const part = backlog.part(subscription.at++);
      client.write(head ? [head(), part] : [part]);
    }
    if (subscription.at < backlog.parts) return;
    Object.assign(subscription, { backlog: null, at: 0, head: null });
    if (!subscription.told.includes(backlog)) client.release(backlog);
  };

  const begin = (subscription: Subscriber, backlog: Backlog, head: Subscriber['head']): void => {
    const { client, group } = subscription;
    if (subscription.backlog) client.release(subscription.backlog);
    Object.assign(subscription, { backlog, at: 0, head, revision: backlog.revision });
    // Complete from a snapshot on: what came before it is not known.
    const isTold = !group.filter.isWhole && (head !== null || subscription.told.length > 0);
    if (isTold) subscription.told = [...subscription.told, backlog];
    write(subscription);
    // Most take all of it at once.
    if (isTold || subscription.backlog === backlog) client.hold(backlog);
  };
  const beginChanges = (subscription: Subscriber, changes: Backlog): void => begin(subscription, changes, null);
  const beginSnapshot = (subscription: Subscriber, snapshot: Backlog, id: MessageId | undefined): void => {
    const { as_of, lag } = { as_of: progress.asOf(), lag: progress.lag() };
    begin(subscription, snapshot, () => snapshotHead({ id, as_of, now: Date.now(), lag }));
  };

  const forgetTold = (subscription: Subscriber): void => {
    for (const backlog of subscription.told) subscription.client.release(backlog);
    subscription.told = none;
  };
  const beginAnew = (subscription: Subscriber, id?: MessageId): void => {
    forgetTold(subscription);
    beginSnapshot(subscription, resume.anew(subscription.group.filter), id);
  };

  const catchUp = (subscription: Subscriber): void => {
    const { group, revision, told: before } = subscription;
    const { isWhole } = group.filter;
    const isForgotten = revision < board.forgottenUntil();
    if (isForgotten || (!isWhole && (before.length === 0 || before.length > catchUpsMax)))
      return beginAnew(subscription);
    const known = isWhole ? null : new Set<BoardEntry>(before.flatMap(({ entries }) => entries));
    const told = deltaSinceRevision(board, group.filter, { revision, known });
    subscription.revision = board.revision();
    const count = told.calls.length + told.gone.length;
    if (count === 0) return;
    metrics.changes.inc(count);
    beginChanges(subscription, changesOf(group.filter, told));
  };

  const release = (subscription: Subscriber): void => {
    if (subscription.backlog) subscription.client.release(subscription.backlog);
    forgetTold(subscription);
  };
  return { beginSnapshot, beginChanges, beginAnew, catchUp, write, forgetTold, release, changesOf };
}
