import type { MessageId, Subscribe } from '@callstream/contracts';
import type { Entry } from '../board/board.ts';
import type { KeptBoard } from '../board/keep.ts';
import type { Client } from '../client.ts';
import type { Metrics } from '../metrics.ts';
import { Backlog } from './backlog.ts';
import type { Filter } from './filter.ts';
import type { PartCache } from './part-cache.ts';
import { changedFrames, snapshotHead } from './parts.ts';
import type { Resume } from './resume.ts';
import { changedAfter } from './told.ts';
import type { Told } from './told.ts';

/** Whoever has caught up so often, and still is behind, begins anew: of who may not see everything it is kept what they were told. */
const catchUpsMax = 16;

const none: readonly Backlog[] = [];

/** Everybody who asked for the same. */
export interface Group {
  readonly asked: Pick<Subscribe, 'states' | 'queues'>;
  readonly filter: Filter;
  readonly members: Set<Subscription>;
  cursorAt: number;
}

/** What one client is told. */
export interface Subscription {
  readonly client: Client;
  readonly group: Group;
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

export const newSubscription = (client: Client, group: Group): Subscription => {
  return { client, group, revision: 0, backlog: null, at: 0, head: null, told: none };
};

/** Gives one client its parts, as it takes them, whatever happens on the board meanwhile. */
export interface Delivery {
  /** Gives the client a snapshot, the answer to the request with this `id`, in place of what it has not taken. */
  readonly beginSnapshot: (subscription: Subscription, snapshot: Backlog, id: MessageId | undefined) => void;
  /** Gives the client what changed, after what it has taken. */
  readonly beginChanges: (subscription: Subscription, changes: Backlog) => void;
  /** Replaces all that the client holds. */
  readonly beginAnew: (subscription: Subscription, id?: MessageId) => void;
  /** Tells what has changed while the client could not take it. */
  readonly catchUp: (subscription: Subscription) => void;
  /** Sends of its backlog what the client takes now. */
  readonly write: (subscription: Subscription) => void;
  /** The client is up to date: what it was told is not needed any more. */
  readonly forgetTold: (subscription: Subscription) => void;
  /** Nothing is kept for the client any more. */
  readonly release: (subscription: Subscription) => void;
  readonly changesOf: (filter: Filter, told: Told) => Backlog;
}

export interface DeliveryOptions {
  readonly kept: Pick<KeptBoard, 'board' | 'progress'>;
  readonly resume: Pick<Resume, 'cursor' | 'anew'>;
  readonly cache: PartCache;
  readonly metrics: Pick<Metrics, 'changes'>;
}

export function createDelivery({ kept, resume, cache, metrics }: DeliveryOptions): Delivery {
  const { board, progress } = kept;

  const changesOf = (filter: Filter, told: Told): Backlog =>
    new Backlog({ board, told, filter, text: changedFrames(resume.cursor(filter)), cache });

  const write = (subscription: Subscription): void => {
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

  const begin = (subscription: Subscription, backlog: Backlog, head: Subscription['head']): void => {
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
  const beginChanges = (subscription: Subscription, changes: Backlog): void => begin(subscription, changes, null);
  const beginSnapshot = (subscription: Subscription, snapshot: Backlog, id: MessageId | undefined): void => {
    const { as_of, lag } = { as_of: progress.asOf(), lag: progress.lag() };
    begin(subscription, snapshot, () => snapshotHead({ id, as_of, now: Date.now(), lag }));
  };

  const forgetTold = (subscription: Subscription): void => {
    for (const backlog of subscription.told) subscription.client.release(backlog);
    subscription.told = none;
  };
  const beginAnew = (subscription: Subscription, id?: MessageId): void => {
    forgetTold(subscription);
    beginSnapshot(subscription, resume.anew(subscription.group.filter), id);
  };

  const catchUp = (subscription: Subscription): void => {
    const { group, revision, told: before } = subscription;
    const { isWhole } = group.filter;
    const isForgotten = revision < board.forgottenUntil();
    if (isForgotten || (!isWhole && (before.length === 0 || before.length > catchUpsMax)))
      return beginAnew(subscription);
    const known = isWhole ? null : new Set<Entry>(before.flatMap(({ entries }) => entries));
    const told = changedAfter(board, group.filter, { revision, known });
    subscription.revision = board.revision();
    const count = told.calls.length + told.gone.length;
    if (count === 0) return;
    metrics.changes.inc(count);
    beginChanges(subscription, changesOf(group.filter, told));
  };

  const release = (subscription: Subscription): void => {
    if (subscription.backlog) subscription.client.release(subscription.backlog);
    forgetTold(subscription);
  };
  return { beginSnapshot, beginChanges, beginAnew, catchUp, write, forgetTold, release, changesOf };
}
