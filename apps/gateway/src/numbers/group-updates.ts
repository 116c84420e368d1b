import { setImmediate as nextTurn } from 'node:timers/promises';
import { throttle } from '@callstream/resilience';
import type { Throttle } from '@callstream/resilience';
import { openField } from '../open-field.ts';
import type { OutgoingFrame } from '../outbox/frame.ts';
import type { SocketClient } from '../outbox/socket-client.ts';
import { NotServed } from '../scheduling/not-served.ts';
import { createWriteTurns, writeTurnBytesMin } from '../scheduling/turns.ts';
import type { DeltaWatches } from './deltas/delta-watches.ts';
import type { GetQueueSnapshot } from './queue-snapshot-cache.ts';
import type { SerializedView, ViewCache, ViewKind } from './view-cache.ts';
import type { WatchGroup, WatchGroups } from './watch-groups.ts';

/** Least time between two refreshes of all groups, in ms. */
const refreshEveryMs = 1_000;
/** Refreshes also happen this often without an event, in ms: a day ends, a call becomes stale. The end of a wrap-up has its own timer. */
const idleRefreshEveryMs = 10_000;

/** Groups that are refreshed before other work gets a turn. */
const groupsPerTurn = 100;

const closingBrace = Buffer.from('}');

/** Sends each group its view whenever the content has changed. */
export interface GroupUpdates extends Disposable {
  /** Refreshes all groups soon: now, or when the last refresh is a second ago. */
  readonly refresh: () => void;
  /** The projection or the names changed: refreshes until the snapshot is newer than this change. */
  readonly changed: () => void;
  /** Sends the view to all members of the group but `except`, unless they have this version. */
  readonly send: (group: WatchGroup, view: SerializedView, except?: SocketClient) => void;
}

export interface GroupUpdatesOptions {
  readonly groups: WatchGroups;
  readonly getSnapshot: GetQueueSnapshot;
  readonly views: ViewCache;
  readonly deltas: Pick<DeltaWatches, 'refresh'>;
  /** Ends the watches of a group whose list has become too long to be sent whole. */
  readonly onTooLong: (group: WatchGroup) => void;
  readonly onFailed: (error: unknown) => void;
}

export function createGroupUpdates(options: GroupUpdatesOptions): GroupUpdates {
  const { groups, getSnapshot, views, deltas, onTooLong, onFailed } = options;
  /** At most one refresh of a group runs; after a request meanwhile, one more follows. */
  const refreshes = new WeakMap<WatchGroup, Throttle>();
  const nextWriteTurn = createWriteTurns();
  /** Time of the last change of the projection, the names or a wrap-up, in ms since 1970. */
  let changedAt = 0;

  const send: GroupUpdates['send'] = (group, view, except) => {
    if (view.version === group.sentVersion) return;
    group.sentVersion = view.version;
    const frame = viewFrame(group.view.kind, view);
    const others = [...group.members].filter((client) => client !== except);
    if (view.bytes.length >= writeTurnBytesMin) void sendInTurns({ group, frame, bytes: view.bytes.length }, others);
    else for (const client of others) client.send(group.view.kind, frame);
  };
  /** Ends once another version is sent, as that goes to all members. */
  const sendInTurns = async (
    { group, frame, bytes }: { group: WatchGroup; frame: OutgoingFrame; bytes: number },
    clients: readonly SocketClient[],
  ): Promise<void> => {
    const { sentVersion } = group;
    for (const client of clients) {
      await nextWriteTurn(bytes);
      if (group.sentVersion !== sentVersion) return;
      if (group.members.has(client)) client.send(group.view.kind, frame);
    }
  };
  const refreshGroup = async (group: WatchGroup): Promise<void> => {
    try {
      if (group.view.delta) return await deltas.refresh(group);
      const view = await views.read(group, group.view);
      if (view.isTruncated) onTooLong(group);
      else send(group, view);
    } catch (error) {
      // A group whose request was not served gets its view with the next refresh.
      if (!(error instanceof NotServed)) onFailed(error);
    }
  };
  const refreshOf = (group: WatchGroup): Throttle => {
    const refresh = refreshes.get(group) ?? throttle({ everyMs: 0 }, () => refreshGroup(group));
    refreshes.set(group, refresh);
    return refresh;
  };
  const refreshGroups = async (): Promise<void> => {
    const { asOf } = await getSnapshot();
    for (const [index, group] of [...groups.all()].entries()) {
      refreshOf(group).changed();
      if ((index + 1) % groupsPerTurn === 0) await nextTurn();
    }
    // The cached snapshot is older than the change.
    if (asOf < changedAt) throttled.changed();
  };
  const throttled = throttle({ everyMs: refreshEveryMs }, () =>
    groups.isEmpty() ? undefined : refreshGroups().catch(onFailed),
  );
  const idleTimer = setInterval(throttled.changed, idleRefreshEveryMs);

  return {
    refresh: throttled.changed,
    changed: () => {
      changedAt = Date.now();
      throttled.changed();
    },
    send,
    [Symbol.dispose]: () => {
      throttled.stop();
      clearInterval(idleTimer);
    },
  };
}

/** `envelope`: status and id, if the frame answers a request. */
export const viewFrame = (kind: ViewKind, { bytes }: SerializedView, envelope: object = {}): OutgoingFrame => [
  Buffer.from(openField({ event: kind, ...envelope }, 'data')),
  bytes,
  closingBrace,
];
