import type { MessageId, WatchAgents, WatchQueues } from '@callstream/contracts';
import { isProgrammingError } from '@callstream/resilience';
import { internalError, RequestFailure } from '../access/request-failure.ts';
import type { SocketClient } from '../outbox/socket-client.ts';
import { NotServed } from '../scheduling/not-served.ts';
import { failedFrame } from '../socket/failed-frame.ts';
import { createAlarm } from './alarm.ts';
import type { Alarm } from './alarm.ts';
import { createDeltaWatches } from './deltas/delta-watches.ts';
import type { DeltaWatchesOptions } from './deltas/delta-watches.ts';
import { createGroupUpdates, viewFrame } from './group-updates.ts';
import type { GroupUpdatesOptions } from './group-updates.ts';
import type { GetQueueSnapshot } from './queue-snapshot-cache.ts';
import { viewKinds } from './view-cache.ts';
import type { NumberView, SerializedView, ViewKind } from './view-cache.ts';
import { createWatchGroups, watchKeyOf } from './watch-groups.ts';
import type { WatchGroup, WatchGroups } from './watch-groups.ts';

/** The commands `WatchQueues`, `WatchAgents` and `WatchNames`: clients with the same view are one group, for which it is serialized once. */
export interface NumberWatches extends Disposable {
  /**
   * Answers with the queues now, and sends them again after each change; with `delta`, only what changed.
   * @throws {RequestFailure}, {NotServed}
   */
  readonly watchQueues: (client: SocketClient, request: WatchQueues, id: MessageId | undefined) => Promise<void>;
  /** The same for agents; with `queues`, only agents of these. */
  readonly watchAgents: (client: SocketClient, request: WatchAgents, id: MessageId | undefined) => Promise<void>;
  /** The same for the names of queues and agents. */
  readonly watchNames: (client: SocketClient, id: MessageId | undefined) => Promise<void>;
  readonly unwatch: (client: SocketClient, kind: ViewKind) => void;
  readonly unwatchAll: (client: SocketClient) => void;
  /** The client has a new token: from now on it gets the view of the new scope. */
  readonly rescope: (client: SocketClient) => void;
  /** The client takes more now. */
  readonly onRoom: (client: SocketClient) => void;
  /** The projection has changed, or the names have. */
  readonly changed: () => void;
}

export interface NumberWatchesOptions
  extends Pick<GroupUpdatesOptions, 'getSnapshot' | 'views'>, Pick<DeltaWatchesOptions, 'schedule' | 'onSerialized'> {
  /** A refresh failed. The next change, or the next 10 s, retry it. */
  readonly onFailed: (error: unknown) => void;
}

type WatchedView = Omit<NumberView, 'scope'>;

export function createNumberWatches(options: NumberWatchesOptions): NumberWatches {
  const { views, onFailed } = options;
  const groups = createWatchGroups();
  const alarm = createAlarm(() => updates.changed());
  const getSnapshot = setAlarmOf(options.getSnapshot, alarm);
  const deltas = createDeltaWatches({ ...options, getSnapshot, groups });
  const leave = (client: SocketClient, kind: ViewKind): void => {
    groups.leave(client, kind);
    deltas.leave(client, kind);
  };
  const onTooLong = ({ view: { kind }, members }: WatchGroup): void => {
    for (const client of [...members]) {
      leave(client, kind);
      client.send(kind, failedFrame(`Watch${kind}`, tooLong(kind)));
    }
  };
  const updates = createGroupUpdates({ groups, getSnapshot, views, deltas, onTooLong, onFailed });
  /** The newest request of each client, by kind. */
  const newest = noRequests();

  /** The group that the client is in by now: of the same watch, but maybe of the scope of a new token. */
  const currentGroup = (client: SocketClient, { view }: WatchGroup): WatchGroup => {
    const current = groups.of(client, view.kind);
    if (current && isSameWatch(current.view, view)) return current;
    throw new RequestFailure('This watch was replaced by a newer request of the same socket.');
  };
  /** Reads the view of the client's group, again if a new token moved the client to another group meanwhile. */
  const readCurrent = async (
    client: SocketClient,
    group: WatchGroup,
  ): Promise<{ group: WatchGroup; view: SerializedView }> => {
    const view = await views.read(client, group.view);
    const current = currentGroup(client, group);
    if (current !== group) return readCurrent(client, current);
    if (view.isTruncated) throw new RequestFailure(tooLong(group.view.kind));
    return { group, view };
  };
  const answer = async (client: SocketClient, joined: WatchGroup, id: MessageId | undefined): Promise<void> => {
    const { kind, delta } = joined.view;
    if (delta) return deltas.inTurn(client, () => deltas.answer(client, currentGroup(client, joined), id));
    // Sets the alarm: `views` reads without it.
    await getSnapshot();
    const { group, view } = await readCurrent(client, joined);
    updates.send(group, view, client);
    client.send(kind, viewFrame(kind, view, { status: 'Ok', id }));
  };
  const watch = async (client: SocketClient, watched: WatchedView, id: MessageId | undefined): Promise<void> => {
    const { kind } = watched;
    const joined = groups.join(client, { ...watched, scope: client.scope() });
    if (watched.delta) deltas.request(client, kind);
    else deltas.leave(client, kind);
    newest[kind].set(client, watched);
    try {
      await answer(client, joined, id);
    } catch (error) {
      // A newer request for the same view still waits for its answer: the client stays in the group.
      if (newest[kind].get(client) === watched && groups.of(client, kind) === joined) leave(client, kind);
      if (error instanceof NotServed || error instanceof RequestFailure) throw error;
      onFailed(error);
      throw unreadable(error);
    }
  };

  return {
    watchQueues: (client, { delta }, id) => watch(client, { kind: 'Queues', delta }, id),
    watchAgents: (client, { queues, delta }, id) => watch(client, { kind: 'Agents', queues, delta }, id),
    watchNames: (client, id) => watch(client, { kind: 'Names' }, id),
    unwatch: leave,
    unwatchAll: (client) => {
      for (const kind of viewKinds) leave(client, kind);
    },
    rescope: (client) => {
      for (const kind of viewKinds) {
        const group = rescope(groups, client, kind);
        if (group?.view.delta) deltas.rescope(client, kind);
      }
      updates.refresh();
    },
    onRoom: deltas.onRoom,
    changed: updates.changed,
    [Symbol.dispose]: () => {
      alarm[Symbol.dispose]();
      updates[Symbol.dispose]();
    },
  };
}

/** Sets the alarm for the end of a wrap-up, at which no event comes, with each snapshot that is read. */
const setAlarmOf =
  (getSnapshot: GetQueueSnapshot, alarm: Alarm): GetQueueSnapshot =>
  async () => {
    const snapshot = await getSnapshot();
    alarm.setFor(snapshot.changesAt);
    return snapshot;
  };

const noRequests = (): Record<ViewKind, WeakMap<SocketClient, object>> => ({
  Queues: new WeakMap(),
  Agents: new WeakMap(),
  Names: new WeakMap(),
});

const isSameWatch = (a: NumberView, b: NumberView): boolean => watchKeyOf(a) === watchKeyOf(b);

const unreadable = (error: unknown): RequestFailure =>
  new RequestFailure(
    isProgrammingError(error)
      ? internalError
      : 'Queues and agents cannot be read from Postgres at the moment. Ask again.',
  );

/** Why a list is not sent whole, and what to do instead. */
const tooLong = (kind: ViewKind): string =>
  kind === 'Agents'
    ? 'The list of agents is longer than 2 MiB. Watch it with "delta": true, or only agents of some queues: with `queues`.'
    : 'The list of queues is longer than 2 MiB. Watch it with "delta": true.';

/** Moves a client to the group of its new scope. @returns the group, if it is another one */
function rescope(groups: WatchGroups, client: SocketClient, kind: ViewKind): WatchGroup | null {
  const previous = groups.of(client, kind);
  if (!previous) return null;
  try {
    const group = groups.join(client, { ...previous.view, scope: client.scope() });
    if (group === previous) return null;
    // The client has no version of the new group's view: the next refresh sends it to all members.
    group.sentVersion = '';
    return group;
  } catch {
    // Too many views are watched, and the client must not stay in a group that its new token does not allow.
    client.close('full');
    return null;
  }
}
