import { setImmediate as turn } from 'node:timers/promises';
import type { MessageId } from '@callstream/contracts';
import { throttle } from '../scheduling/throttle.ts';
import type { SocketClient } from '../outbox/socket-client.ts';
import { NotServed } from '../scheduling/not-served.ts';
import { RequestFailure } from '../access/request-failure.ts';
import type { OutgoingFrame } from '../outbox/frame.ts';
import type { GetQueueSnapshot } from './queue-snapshot-cache.ts';
import { createWatchGroups } from './watch-groups.ts';
import type { WatchGroup } from './watch-groups.ts';
import type { SerializedView, ViewCache, NumberView } from './view-cache.ts';

/** Least time between two looks, in ms. */
const everyMs = 1_000;
/** Numbers also change without an event: a day ends, a call becomes stale. So often is looked for that, in ms. */
const idleEveryMs = 10_000;

/** Groups for which a text is asked before something else has a turn. */
const groupsPerTurn = 100;

const end = Buffer.from('}');

type WatchKind = NumberView['kind'];

/** What supervisors watch: made once for everybody who may see the same, from one look at the tables. */
export interface NumberWatches extends Disposable {
  /** Tells the numbers of queues now, and whenever one is another. @throws {Failure}, {NotServed} */
  readonly watchQueues: (client: SocketClient, id: MessageId | undefined) => Promise<void>;
  /** Tells what agents do; only those of `queues`, if given. @throws {Failure}, {NotServed} */
  readonly watchAgents: (
    client: SocketClient,
    queues: readonly string[] | undefined,
    id: MessageId | undefined,
  ) => Promise<void>;
  readonly unwatch: (client: SocketClient, kind: WatchKind) => void;
  readonly drop: (client: SocketClient) => void;
  /** The client may see something else now. */
  readonly rescope: (client: SocketClient) => void;
  /** The projection has changed. */
  readonly changed: () => void;
}

export interface NumberWatchesOptions {
  readonly floors: GetQueueSnapshot;
  readonly texts: ViewCache;
  /** A look failed; the next change, or the next ten seconds, try again. */
  readonly onFailed: (error: unknown) => void;
}

export function createNumberWatches({ floors, texts, onFailed }: NumberWatchesOptions): NumberWatches {
  const groups = createWatchGroups();
  /** Groups that are being told, and whether there is something newer for them since. */
  const telling = new Map<WatchGroup, { again: boolean }>();
  /** When the projection changed last, in ms since 1970. */
  let changedAt = 0;

  const frame = (kind: WatchKind, { bytes }: SerializedView, answer: object = {}): OutgoingFrame => [
    Buffer.from(`${JSON.stringify({ event: kind, ...answer }).slice(0, -1)},"data":`),
    ...[bytes, end],
  ];

  const tellGroup = (group: WatchGroup, text: SerializedView, except?: SocketClient): void => {
    if (text.version === group.known) return;
    group.known = text.version;
    const sent = frame(group.view.kind, text);
    for (const client of group.members) if (client !== except) client.send(group.view.kind, sent);
  };
  /** Makes what a group is told when it is its turn; once, however many looks there are until then. */
  const refresh = async (group: WatchGroup): Promise<void> => {
    const begun = telling.get(group);
    if (begun) return void (begun.again = true);
    const state = { again: false };
    telling.set(group, state);
    try {
      tellGroup(group, await texts.read(group, group.view));
    } catch (error) {
      // Who had no turn is told at the next look.
      if (!(error instanceof NotServed)) onFailed(error);
    }
    telling.delete(group);
    if (state.again) await refresh(group);
  };

  const tellAll = async (): Promise<void> => {
    const floor = await floors();
    let count = 0;
    for (const group of [...groups.all()]) {
      void refresh(group);
      if (++count % groupsPerTurn === 0) await turn();
    }
    // That look was before the change: it is shared, and the tables rest after one. There will be another.
    if (floor.asOf < changedAt) ticking.changed();
  };
  let isTelling = false;
  let isAgainDue = false;
  const tell = (): void => {
    isAgainDue = isTelling;
    if (isTelling || groups.isEmpty()) return;
    isTelling = true;
    void tellAll()
      .catch(onFailed)
      .finally(() => {
        isTelling = false;
        if (isAgainDue) ticking.changed();
      });
  };
  const ticking = throttle(everyMs, tell);
  const idle = setInterval(ticking.changed, idleEveryMs);

  /** The newest request of each client, by kind. */
  const newest = { Queues: new WeakMap<SocketClient, object>(), Agents: new WeakMap<SocketClient, object>() };

  /** The text for whatever the client watches once it is there: another token may come while it is made. */
  const answer = async (
    client: SocketClient,
    group: WatchGroup,
  ): Promise<{ group: WatchGroup; text: SerializedView }> => {
    const text = await texts.read(client, group.view);
    const current = groups.of(client, group.view.kind);
    if (current === group) return { group, text };
    if (current && JSON.stringify(current.view.queues) === JSON.stringify(group.view.queues))
      return answer(client, current);
    throw new RequestFailure('A newer request of this socket took the place of this watch.');
  };
  const watch = async (
    client: SocketClient,
    asked: Omit<NumberView, 'scope'>,
    id: MessageId | undefined,
  ): Promise<void> => {
    const { kind } = asked;
    const entered = groups.enter(client, { ...asked, scope: client.scope() });
    newest[kind].set(client, asked);
    try {
      const { group, text } = await answer(client, entered);
      tellGroup(group, text, client);
      client.send(kind, frame(kind, text, { status: 'Ok', id }));
    } catch (error) {
      // A newer request of the client for the same goes on to wait: it is not ended with this one.
      if (newest[kind].get(client) === asked && groups.of(client, kind) === entered) groups.leave(client, kind);
      if (error instanceof NotServed || error instanceof RequestFailure) throw error;
      onFailed(error);
      throw new RequestFailure('The numbers cannot be read at the moment. Ask again.');
    }
  };

  return {
    watchQueues: (client, id) => watch(client, { kind: 'Queues' }, id),
    watchAgents: (client, queues, id) => watch(client, { kind: 'Agents', queues }, id),
    unwatch: groups.leave,
    drop: (client) => {
      groups.leave(client, 'Queues');
      groups.leave(client, 'Agents');
    },
    rescope: (client) => {
      for (const kind of ['Queues', 'Agents'] as const) {
        const before = groups.of(client, kind);
        if (!before) continue;
        try {
          const group = groups.enter(client, { ...before.view, scope: client.scope() });
          // So that it is told at the next look, whatever the others of its new group know.
          if (group !== before) group.known = '';
        } catch {
          // It must not go on with what the new token does not show.
          client.close('full');
        }
      }
      ticking.changed();
    },
    changed: () => {
      changedAt = Date.now();
      ticking.changed();
    },
    [Symbol.dispose]: () => {
      ticking.stop();
      clearInterval(idle);
    },
  };
}
