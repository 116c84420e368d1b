import type { MessageId } from '@callstream/contracts';
import type { BoardEntry } from '../board/board.ts';
import type { BoardState } from '../board/board-state.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { PartCache } from '../outbox/part-cache.ts';
import { Backlog } from './backlog.ts';
import type { CallFilter } from './call-filter.ts';
import type { Cursors } from './cursors.ts';
import { deltaSinceRevision } from './delta.ts';
import type { Delta } from './delta.ts';
import { deltaText, snapshotHead } from './parts.ts';
import type { Snapshots } from './snapshots.ts';
import { forgetSentBacklogs, send } from './subscriber.ts';
import type { Subscriber } from './subscriber.ts';

/** A client with a restricted scope that is behind after so many deltas gets a new snapshot, which ends what is kept of them. */
const sentBacklogsMax = 16;

/** Makes what a subscriber is sent next: a snapshot, or the delta since what it knows. */
export interface SubscriberFeed {
  /** Sends a snapshot, as the answer to the request `id`. */
  readonly sendSnapshot: (subscriber: Subscriber, snapshot: Backlog, id: MessageId | undefined) => void;
  /** Sends everything, in place of all that the client shows. */
  readonly sendReset: (subscriber: Subscriber, id?: MessageId) => void;
  /** Sends all changes since the revision that the client knows. */
  readonly catchUp: (subscriber: Subscriber) => void;
  readonly deltaBacklog: (filter: CallFilter, delta: Delta) => Backlog;
}

export interface SubscriberFeedOptions {
  readonly state: Pick<BoardState, 'board' | 'progress'>;
  readonly cursors: Pick<Cursors, 'current'>;
  readonly snapshots: Pick<Snapshots, 'reset'>;
  readonly cache: PartCache;
  readonly metrics: Pick<GatewayMetrics, 'changes'>;
}

export function createSubscriberFeed({
  state,
  cursors,
  snapshots,
  cache,
  metrics,
}: SubscriberFeedOptions): SubscriberFeed {
  const { board, progress } = state;
  /** By revision and filter, since a tick. */
  let catchUps = { tick: board.tickRevision(), backlogs: new Map<string, Backlog>() };

  const deltaBacklog = (filter: CallFilter, delta: Delta): Backlog =>
    new Backlog({ board, delta, filter, text: deltaText(cursors.current(filter)), cache });

  const sendSnapshot = (subscriber: Subscriber, snapshot: Backlog, id: MessageId | undefined): void => {
    const [as_of, lag] = [progress.asOf(), progress.lag()];
    send(subscriber, snapshot, () => snapshotHead({ id, as_of, now: Date.now(), lag }));
  };
  const sendReset = (subscriber: Subscriber, id?: MessageId): void => {
    forgetSentBacklogs(subscriber);
    sendSnapshot(subscriber, snapshots.reset(subscriber.group.filter), id);
  };

  /** Whether it is known which calls the client may show that have gone since. */
  const canCatchUp = ({ group, revision, sentBacklogs }: Subscriber): boolean => {
    if (revision < board.droppedUntil()) return false;
    return group.filter.isUnrestricted || (sentBacklogs.length > 0 && sentBacklogs.length <= sentBacklogsMax);
  };
  const catchUpBacklog = (filter: CallFilter, revision: number, known: ReadonlySet<BoardEntry> | null): Backlog =>
    deltaBacklog(filter, deltaSinceRevision(board, filter, { revision, known }));
  /** The same for all clients that are behind by as much, until the next tick: after a burst these are many, and each part is made once. */
  const sharedCatchUp = (filter: CallFilter, revision: number): Backlog => {
    const tick = board.tickRevision();
    if (catchUps.tick !== tick) catchUps = { tick, backlogs: new Map() };
    const key = `${revision} ${filter.key}`;
    const backlog = catchUps.backlogs.get(key) ?? catchUpBacklog(filter, revision, null);
    catchUps.backlogs.set(key, backlog);
    return backlog;
  };
  const catchUp = (subscriber: Subscriber): void => {
    if (!canCatchUp(subscriber)) return sendReset(subscriber);
    const { group, revision, sentBacklogs } = subscriber;
    const backlog = group.filter.isUnrestricted
      ? sharedCatchUp(group.filter, revision)
      : catchUpBacklog(group.filter, revision, new Set(sentBacklogs.flatMap(({ entries }) => entries)));
    subscriber.revision = backlog.revision;
    subscriber.mayShowLater = false;
    if (backlog.entries.length === 0) return;
    metrics.changes.inc(backlog.entries.length);
    send(subscriber, backlog, null);
  };
  return { sendSnapshot, sendReset, catchUp, deltaBacklog };
}
