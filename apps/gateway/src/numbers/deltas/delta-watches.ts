import type { MessageId } from '@callstream/contracts';
import { PartCache, partBytesMax } from '../../outbox/part-cache.ts';
import { createPartTurns } from '../../outbox/part-turns.ts';
import type { SocketClient } from '../../outbox/socket-client.ts';
import type { Requester } from '../../scheduling/requester.ts';
import { SharedTask } from '../../scheduling/shared-task.ts';
import type { Schedule } from '../../scheduling/single-flight.ts';
import type { QueueSnapshot } from '../queue-snapshot.ts';
import type { GetQueueSnapshot } from '../queue-snapshot-cache.ts';
import { viewKinds } from '../view-cache.ts';
import type { ViewKind } from '../view-cache.ts';
import type { WatchGroup, WatchGroups } from '../watch-groups.ts';
import { DeltaFeed } from './delta-feed.ts';
import { DeltaMember } from './delta-member.ts';
import { SnapshotHistory } from './snapshot-history.ts';

/** Budget of the parts that clients share, in bytes: most clients that connect at once take the same. */
const cachedBytesMax = 16 * 1024 * 1024;

/** The watches with `delta`: the whole view in parts, and then what changes. A slow reader gets one conflated delta later. */
export interface DeltaWatches {
  /** The client has requested a watch: nothing is sent before its answer. */
  readonly request: (client: SocketClient, kind: ViewKind) => void;
  /** The client is in another group: from the next refresh on it is sent the view of that one. */
  readonly rescope: (client: SocketClient, kind: ViewKind) => void;
  /** Runs `work` in the client's turn, with the latest snapshot. @throws {NotServed} */
  readonly inTurn: (client: SocketClient, work: () => void) => Promise<void>;
  /** Sends the whole view of a group as the answer to a request. Only in a turn. */
  readonly answer: (client: SocketClient, group: WatchGroup, id: MessageId | undefined) => void;
  readonly leave: (client: SocketClient, kind: ViewKind) => void;
  /** Sends the members what changed. @throws {NotServed} */
  readonly refresh: (group: WatchGroup) => Promise<void>;
  /** The client takes more now. */
  readonly onRoom: (client: SocketClient) => void;
}

export interface DeltaWatchesOptions {
  readonly groups: Pick<WatchGroups, 'of'>;
  readonly getSnapshot: GetQueueSnapshot;
  readonly schedule: Schedule;
  readonly onSerialized: () => void;
}

export function createDeltaWatches(
  { groups, getSnapshot, schedule, onSerialized }: DeltaWatchesOptions,
  cache = new PartCache({ bytesMax: cachedBytesMax, partBytesMax, turns: createPartTurns() }),
): DeltaWatches {
  const newMap = (): Map<SocketClient, DeltaMember> => new Map();
  const members = { Queues: newMap(), Agents: newMap(), Names: newMap() } satisfies Record<ViewKind, unknown>;
  let history = new SnapshotHistory();
  let feeds = new WeakMap<WatchGroup, DeltaFeed>();

  const feedOf = (group: WatchGroup): DeltaFeed => {
    const feed = feeds.get(group) ?? new DeltaFeed({ view: group.view, history, cache, onMade: onSerialized });
    feeds.set(group, feed);
    return feed;
  };
  /** The client's watch begins, or begins again: the rest of what it was being sent is not sent. */
  const begin = (client: SocketClient, kind: ViewKind, isRequested: boolean): void => {
    members[kind].get(client)?.end();
    members[kind].set(client, new DeltaMember(client, kind, isRequested));
  };
  const inTurn = (requester: Requester, snapshot: QueueSnapshot, work: () => void): Promise<void> => {
    const advanceAndWork = (): void => {
      // By the turn, the history may be another one.
      history.advance(snapshot);
      work();
    };
    return schedule(requester, new SharedTask(() => Promise.resolve().then(advanceAndWork)));
  };
  /** Sends what the client lacks. */
  const catchUp = (client: SocketClient, group: WatchGroup): void => {
    const member = members[group.view.kind].get(client);
    if (!member?.isBehind(history.revision())) return;
    const feed = feedOf(group);
    const backlog = member.revision === null ? feed.whole() : feed.since(member.revision);
    if (backlog) member.send(backlog);
    else member.revision = history.revision();
  };

  return {
    request: (client, kind) => begin(client, kind, true),
    rescope: (client, kind) => begin(client, kind, members[kind].get(client)?.isRequested === true),
    inTurn: async (client, work) => inTurn(client, await getSnapshot(), work),
    answer: (client, group, id) => {
      const member = members[group.view.kind].get(client);
      if (!member) return;
      member.isRequested = false;
      member.send(feedOf(group).whole(), { status: 'Ok', id });
    },
    leave: (client, kind) => {
      members[kind].get(client)?.end();
      if (!members[kind].delete(client) || viewKinds.some((each) => members[each].size > 0)) return;
      // Without a watch nothing advances the history: it would keep an old snapshot.
      history = new SnapshotHistory();
      feeds = new WeakMap();
    },
    refresh: async (group) => {
      const snapshot = await getSnapshot();
      history.advance(snapshot);
      const ofKind = members[group.view.kind];
      const isAnyBehind = [...group.members].some((client) => ofKind.get(client)?.isBehind(history.revision()));
      if (isAnyBehind)
        await inTurn(group, snapshot, () => {
          for (const client of group.members) catchUp(client, group);
        });
    },
    onRoom: (client) => {
      for (const kind of viewKinds) {
        const group = groups.of(client, kind);
        members[kind].get(client)?.sendParts();
        if (group) catchUp(client, group);
      }
    },
  };
}
