import { scopeKey } from '../access/scope.ts';
import type { Requester } from '../scheduling/requester.ts';
import type { SocketClient } from '../outbox/socket-client.ts';
import { RequestFailure } from '../access/request-failure.ts';
import type { NumberView } from './view-cache.ts';

type ViewKind = NumberView['kind'];

/** Everybody who watches the same. Asks for itself, so that it does not matter which of its members leaves. */
export interface WatchGroup extends Requester {
  readonly key: string;
  readonly view: NumberView;
  readonly members: Set<SocketClient>;
  /** Version of the text that they know; '' if some know none. */
  known: string;
}

/**
 * Longest text of all distinct watches together, in characters, and of those that one address began. A watch of some queues
 * has a hundred characters, and can have 64,000: those who watch the same share one.
 */
const watchedLengthMax = 16 * 1024 * 1024;
const watchedLengthPerAddressMax = watchedLengthMax / 4;

/** Who watches what: each client one view of each kind. */
export interface WatchGroups {
  readonly all: () => Iterable<WatchGroup>;
  readonly isEmpty: () => boolean;
  /** The client watches this from now on, in place of what it watched of the kind. @throws {Failure} if too much is watched */
  readonly enter: (client: SocketClient, view: NumberView) => WatchGroup;
  readonly leave: (client: SocketClient, kind: ViewKind) => void;
  readonly of: (client: SocketClient, kind: ViewKind) => WatchGroup | undefined;
}

export function createWatchGroups(): WatchGroups {
  const groups = new Map<string, WatchGroup>();
  const watched = { Queues: new Map<SocketClient, WatchGroup>(), Agents: new Map<SocketClient, WatchGroup>() };
  const lengths = new Map<string, number>();
  let length = 0;

  const grow = (address: string, by: number): void => {
    length += by;
    const left = (lengths.get(address) ?? 0) + by;
    if (left === 0) lengths.delete(address);
    else lengths.set(address, left);
  };
  const begin = (client: SocketClient, key: string, view: NumberView): WatchGroup => {
    const { address } = client;
    const ofAddress = (lengths.get(address) ?? 0) + key.length;
    if (length + key.length > watchedLengthMax || ofAddress > watchedLengthPerAddressMax)
      throw new RequestFailure(
        'Too many different watches are open. Watch fewer queues by name, or all of them: without `queues`.',
      );
    grow(address, key.length);
    const members = new Set<SocketClient>();
    const connection = {};
    const group: WatchGroup = { key, view, members, known: '', address, connection, isGone: () => members.size === 0 };
    groups.set(key, group);
    return group;
  };
  const leave = (client: SocketClient, kind: ViewKind): void => {
    const group = watched[kind].get(client);
    watched[kind].delete(client);
    group?.members.delete(client);
    if (group?.members.size !== 0 || groups.get(group.key) !== group) return;
    groups.delete(group.key);
    grow(group.address, -group.key.length);
  };
  return {
    all: () => groups.values(),
    isEmpty: () => groups.size === 0,
    leave,
    of: (client, kind) => watched[kind].get(client),
    enter: (client, view) => {
      const key = JSON.stringify([
        view.kind,
        scopeKey(view.scope),
        view.queues && [...new Set(view.queues)].toSorted(),
      ]);
      const known = watched[view.kind].get(client);
      if (known?.key === key) return known;
      const group = groups.get(key) ?? begin(client, key, view);
      leave(client, view.kind);
      group.members.add(client);
      watched[view.kind].set(client, group);
      return group;
    },
  };
}
