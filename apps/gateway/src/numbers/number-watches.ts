import type { MessageId } from '@callstream/contracts';
import { isProgrammingError } from '@callstream/resilience';
import { internalError, RequestFailure } from '../access/request-failure.ts';
import type { SocketClient } from '../outbox/socket-client.ts';
import { NotServed } from '../scheduling/not-served.ts';
import { createGroupUpdates, viewFrame } from './group-updates.ts';
import type { GroupUpdatesOptions } from './group-updates.ts';
import { viewKinds } from './view-cache.ts';
import type { NumberView, SerializedView, ViewKind } from './view-cache.ts';
import { createWatchGroups } from './watch-groups.ts';
import type { WatchGroup, WatchGroups } from './watch-groups.ts';

/** The commands `WatchQueues`, `WatchAgents` and `WatchNames`: clients with the same view are one group, for which it is serialized once. */
export interface NumberWatches extends Disposable {
  /** Answers with the queues now, and sends them again after each change. @throws {RequestFailure}, {NotServed} */
  readonly watchQueues: (client: SocketClient, id: MessageId | undefined) => Promise<void>;
  /** The same for agents; with `queues`, only agents of these. */
  readonly watchAgents: (
    client: SocketClient,
    queues: readonly string[] | undefined,
    id: MessageId | undefined,
  ) => Promise<void>;
  /** The same for the names of queues and agents. */
  readonly watchNames: (client: SocketClient, id: MessageId | undefined) => Promise<void>;
  readonly unwatch: (client: SocketClient, kind: ViewKind) => void;
  readonly unwatchAll: (client: SocketClient) => void;
  /** The client has a new token: from now on it gets the view of the new scope. */
  readonly rescope: (client: SocketClient) => void;
  /** The projection has changed, or the names have. */
  readonly changed: () => void;
}

export interface NumberWatchesOptions extends Omit<GroupUpdatesOptions, 'groups'> {
  /** A refresh failed. The next change, or the next 10 s, retry it. */
  readonly onFailed: (error: unknown) => void;
}

type WatchedView = Omit<NumberView, 'scope'>;

export function createNumberWatches({ getSnapshot, views, onFailed }: NumberWatchesOptions): NumberWatches {
  const groups = createWatchGroups();
  const updates = createGroupUpdates({ groups, getSnapshot, views, onFailed });
  /** The newest request of each client, by kind. */
  const newest: Record<ViewKind, WeakMap<SocketClient, object>> = {
    Queues: new WeakMap(),
    Agents: new WeakMap(),
    Names: new WeakMap(),
  };

  /** Reads the view of the client's group, again if a new token moved the client to another group meanwhile. */
  const readCurrent = async (
    client: SocketClient,
    group: WatchGroup,
  ): Promise<{ group: WatchGroup; view: SerializedView }> => {
    const view = await views.read(client, group.view);
    const current = groups.of(client, group.view.kind);
    if (current === group) return { group, view };
    if (current && JSON.stringify(current.view.queues) === JSON.stringify(group.view.queues))
      return readCurrent(client, current);
    throw new RequestFailure('This watch was replaced by a newer request of the same socket.');
  };
  const watch = async (client: SocketClient, watched: WatchedView, id: MessageId | undefined): Promise<void> => {
    const { kind } = watched;
    const joined = groups.join(client, { ...watched, scope: client.scope() });
    newest[kind].set(client, watched);
    try {
      const { group, view } = await readCurrent(client, joined);
      updates.send(group, view, client);
      client.send(kind, viewFrame(kind, view, { status: 'Ok', id }));
    } catch (error) {
      // A newer request for the same view still waits for its answer: the client stays in the group.
      if (newest[kind].get(client) === watched && groups.of(client, kind) === joined) groups.leave(client, kind);
      if (error instanceof NotServed || error instanceof RequestFailure) throw error;
      onFailed(error);
      throw new RequestFailure(
        isProgrammingError(error)
          ? internalError
          : 'Queues and agents cannot be read from Postgres at the moment. Ask again.',
      );
    }
  };

  return {
    watchQueues: (client, id) => watch(client, { kind: 'Queues' }, id),
    watchAgents: (client, queues, id) => watch(client, { kind: 'Agents', queues }, id),
    watchNames: (client, id) => watch(client, { kind: 'Names' }, id),
    unwatch: groups.leave,
    unwatchAll: (client) => {
      for (const kind of viewKinds) groups.leave(client, kind);
    },
    rescope: (client) => {
      for (const kind of viewKinds) rescope(groups, client, kind);
      updates.refresh();
    },
    changed: updates.changed,
    [Symbol.dispose]: updates[Symbol.dispose],
  };
}

/** Moves a client to the group of its new scope. */
function rescope(groups: WatchGroups, client: SocketClient, kind: ViewKind): void {
  const previous = groups.of(client, kind);
  if (!previous) return;
  try {
    const group = groups.join(client, { ...previous.view, scope: client.scope() });
    // The client has no version of the new group's view: the next refresh sends it to all members.
    if (group !== previous) group.sentVersion = '';
  } catch {
    // Too many views are watched, and the client must not stay in a group that its new token does not allow.
    client.close('full');
  }
}
