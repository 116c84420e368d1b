import { RequestFailure } from '../access/request-failure.ts';
import type { SocketClient } from '../outbox/socket-client.ts';
import type { Requester } from '../scheduling/requester.ts';
import type { NumberView, ViewKind } from './view-cache.ts';

/**
 * All clients that watch the same view. The group is a requester of its own, so its request for a refresh does not end when
 * one of its members leaves.
 */
export interface WatchGroup extends Requester {
  readonly key: string;
  readonly view: NumberView;
  readonly members: Set<SocketClient>;
  /** Version of the view that all members have; '' if some have none. */
  sentVersion: string;
}

/**
 * Most characters in the keys of all groups, and of the groups that one address opened. The key of a watch of some queues
 * usually has a hundred characters, but may have 64,000.
 */
const keyCharsMax = 16 * 1024 * 1024;
const keyCharsPerAddressMax = keyCharsMax / 4;

/** Which client watches which view: at most one of each kind. */
export interface WatchGroups {
  readonly all: () => Iterable<WatchGroup>;
  readonly isEmpty: () => boolean;
  /** The view replaces the one that the client watched of this kind. @throws {RequestFailure} if there are too many views */
  readonly join: (client: SocketClient, view: NumberView) => WatchGroup;
  readonly leave: (client: SocketClient, kind: ViewKind) => void;
  readonly of: (client: SocketClient, kind: ViewKind) => WatchGroup | undefined;
}

export function createWatchGroups(): WatchGroups {
  const groups = new Map<string, WatchGroup>();
  const newMap = (): Map<SocketClient, WatchGroup> => new Map();
  const joined = { Queues: newMap(), Agents: newMap(), Names: newMap() } satisfies Record<ViewKind, unknown>;
  const keyCharsByAddress = new Map<string, number>();
  let keyChars = 0;

  const addKeyChars = (address: string, chars: number): void => {
    keyChars += chars;
    const ofAddress = (keyCharsByAddress.get(address) ?? 0) + chars;
    if (ofAddress === 0) keyCharsByAddress.delete(address);
    else keyCharsByAddress.set(address, ofAddress);
  };
  const open = ({ address }: SocketClient, key: string, view: NumberView): WatchGroup => {
    const ofAddress = (keyCharsByAddress.get(address) ?? 0) + key.length;
    if (keyChars + key.length > keyCharsMax || ofAddress > keyCharsPerAddressMax)
      throw new RequestFailure(
        'Too many different watches are open. Watch fewer queues by name, or all of them: without `queues`.',
      );
    addKeyChars(address, key.length);
    const members = new Set<SocketClient>();
    const isGone = (): boolean => members.size === 0;
    const group: WatchGroup = { key, view, members, sentVersion: '', address, connection: {}, isGone };
    groups.set(key, group);
    return group;
  };
  const leave = (client: SocketClient, kind: ViewKind): void => {
    const group = joined[kind].get(client);
    joined[kind].delete(client);
    group?.members.delete(client);
    if (group?.members.size !== 0 || groups.get(group.key) !== group) return;
    groups.delete(group.key);
    addKeyChars(group.address, -group.key.length);
  };
  return {
    all: () => groups.values(),
    isEmpty: () => groups.size === 0,
    leave,
    of: (client, kind) => joined[kind].get(client),
    join: (client, view) => {
      const key = keyOf(view);
      const current = joined[view.kind].get(client);
      if (current?.key === key) return current;
      const group = groups.get(key) ?? open(client, key, view);
      leave(client, view.kind);
      group.members.add(client);
      joined[view.kind].set(client, group);
      return group;
    },
  };
}

/** What a client watches, whatever its scope shows of it. */
export const watchKeyOf = ({ kind, queues, delta = false }: Omit<NumberView, 'scope'>): string =>
  JSON.stringify([kind, delta, queues && [...new Set(queues)].toSorted()]);

const keyOf = (view: NumberView): string => JSON.stringify([watchKeyOf(view), view.scope.key]);
