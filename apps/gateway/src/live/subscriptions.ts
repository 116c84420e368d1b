import type { MessageId, Subscribe } from '@callstream/contracts';
import { atMostEvery } from '../at-most-every.ts';
import type { KeptBoard } from '../board/keep.ts';
import type { Client } from '../client.ts';
import type { Metrics } from '../metrics.ts';
import { createFilter } from './filter.ts';
import type { Filter } from './filter.ts';
import { changedFrames, snapshotHead, snapshotTails } from './parts.ts';
import type { Resume } from './resume.ts';
import { changedAfter, changedNow, everything } from './told.ts';

/** How often subscribers are told how old the board is, in ms. */
const heartbeatEveryMs = 5_000;
/** A subscription of which nothing changes for so long gets a new cursor, in ms: an old one cannot be resumed from. */
const cursorEveryMs = 60_000;

const nothing: readonly Buffer[] = [];

/** What one client is told. */
interface Subscription {
  readonly client: Client;
  readonly group: Group;
  /** Revision of the board that it knows, once `parts` are written. */
  revision: number;
  /** Frames that are still to be written, from `at` on. */
  parts: readonly Buffer[];
  at: number;
  /** What goes before each of the parts: they are those of a snapshot, which others share. */
  head: (() => Buffer) | null;
}

/** Everybody who asked for the same. */
interface Group {
  readonly asked: Pick<Subscribe, 'states' | 'queues'>;
  readonly filter: Filter;
  readonly members: Set<Subscription>;
  cursorAt: number;
}

export interface Subscriptions extends Disposable {
  /** Answers with a snapshot, and tells what changes from then on. @throws {Failure} */
  readonly subscribe: (client: Client, asked: Subscribe, id: MessageId | undefined) => Promise<void>;
  readonly unsubscribe: (client: Client) => void;
  /** The client may see something else now: what it holds is replaced. */
  readonly rescope: (client: Client) => void;
  /** The client takes more now. */
  readonly onRoom: (client: Client) => void;
  readonly has: (client: Client) => boolean;
  /** The board has changed. */
  readonly changed: () => void;
}

export interface Subscribing {
  readonly kept: KeptBoard;
  readonly resume: Resume;
  /** Changes are told at most this often, in ms; 0: at once. */
  readonly coalesceMs: number;
  readonly metrics: Pick<Metrics, 'subscriptions' | 'changes'>;
}

/**
 * Tells subscribers what changes on the board: one frame for each distinct subscription and tick, the same bytes for
 * everybody. Who cannot take it now is told later what has changed by then.
 */
export function createSubscriptions({ kept, resume, coalesceMs, metrics }: Subscribing): Subscriptions {
  const { board, progress } = kept;
  const groups = new Map<string, Group>();
  const all = new Map<Client, Subscription>();

  const isUpToDate = ({ revision, parts, at }: Subscription): boolean =>
    at >= parts.length && revision >= board.marked();

  const write = (subscription: Subscription): void => {
    const { client, parts, head } = subscription;
    while (subscription.at < parts.length && client.hasRoom()) {
      const part = parts[subscription.at++];
      if (part) client.write(head ? Buffer.concat([head(), part]) : part);
    }
    if (subscription.at >= parts.length) Object.assign(subscription, { parts: nothing, at: 0, head: null });
  };

  /** Tells what has changed while the client could not take it. */
  const catchUp = (subscription: Subscription): void => {
    if (!subscription.group.filter.isWhole) return beginAnew(subscription);
    const told = changedAfter(board, subscription.group.filter, subscription.revision);
    subscription.revision = board.revision();
    if (told.calls.length + told.gone.length === 0) return;
    metrics.changes.inc(told.calls.length + told.gone.length);
    subscription.parts = changedFrames(board, told, resume.cursor(subscription.group.filter));
    write(subscription);
  };

  /** Replaces all that the client holds. */
  const beginAnew = (subscription: Subscription, id?: MessageId): void => {
    const { filter } = subscription.group;
    const options = { cursor: resume.cursor(filter), reset: true };
    subscription.revision = board.revision();
    subscription.parts = snapshotTails(board, everything(board, filter), options);
    subscription.at = 0;
    subscription.head = headOf(id);
    write(subscription);
  };
  const headOf = (id: MessageId | undefined): (() => Buffer) => {
    const { as_of, lag } = { as_of: progress.asOf(), lag: progress.lag() };
    return () => snapshotHead({ id, as_of, now: Date.now(), lag });
  };

  const tell = (): void => {
    const revision = board.revision();
    const marked = board.marked();
    if (revision === marked) return;
    const changed = board.since(marked);
    for (const group of groups.values()) {
      const told = changedNow(changed, group.filter);
      const count = told.calls.length + told.gone.length;
      const frames = count === 0 ? [] : changedFrames(board, told, resume.cursor(group.filter));
      if (count > 0) group.cursorAt = performance.now();
      let reached = 0;
      for (const subscription of group.members) {
        if (subscription.at < subscription.parts.length || !subscription.client.hasRoom()) continue;
        // It was behind; or its snapshot was made since, and has what is neither before nor after in these frames.
        if (subscription.revision !== marked) {
          if (subscription.revision !== revision) catchUp(subscription);
          continue;
        }
        subscription.revision = revision;
        reached++;
        const [only, ...more] = frames;
        if (only && more.length === 0) subscription.client.write(only);
        else if (only) write(Object.assign(subscription, { parts: frames }));
      }
      metrics.changes.inc(count * reached);
    }
    board.mark();
  };

  const ticking = atMostEvery(coalesceMs, tell);

  const beat = (): void => {
    tell();
    const now = Date.now();
    const data = { as_of: progress.asOf(), now, lag: progress.lag() };
    const heartbeat = Buffer.from(JSON.stringify({ event: 'Heartbeat', data }));
    for (const group of groups.values()) {
      const isOld = performance.now() - group.cursorAt > cursorEveryMs;
      if (isOld) group.cursorAt = performance.now();
      const fresh = isOld
        ? changedFrames(board, { calls: [], gone: [], masked: false }, resume.cursor(group.filter))
        : [];
      for (const subscription of group.members) {
        // Who is behind does not show what was true then.
        if (!isUpToDate(subscription) || !subscription.client.hasRoom()) continue;
        for (const frame of fresh) subscription.client.write(frame);
        subscription.client.write(heartbeat);
      }
    }
  };
  const beating = setInterval(beat, heartbeatEveryMs);

  const unsubscribe = (client: Client): void => {
    resume.forget(client);
    leave(client);
  };
  const leave = (client: Client): void => {
    const subscription = all.get(client);
    if (!subscription) return;
    all.delete(client);
    const { filter, members } = subscription.group;
    members.delete(subscription);
    if (members.size === 0) groups.delete(filter.key);
    metrics.subscriptions.set(all.size);
  };

  const groupOf = (asked: Group['asked'], filter: Filter): Group => {
    const known = groups.get(filter.key);
    if (known) return known;
    const group = { asked, filter, members: new Set<Subscription>(), cursorAt: performance.now() };
    groups.set(filter.key, group);
    return group;
  };

  /** Makes the client one of those who are told; in place of what it was told before. */
  const enter = (client: Client, { states, queues }: Group['asked']): Subscription => {
    unsubscribe(client);
    const asked = { states, queues };
    const group = groupOf(asked, createFilter(asked, client.scope()));
    const subscription: Subscription = { client, group, revision: 0, parts: nothing, at: 0, head: null };
    all.set(client, subscription);
    group.members.add(subscription);
    metrics.subscriptions.set(all.size);
    return subscription;
  };

  return {
    subscribe: async (client, asked, id) => {
      const filter = createFilter(asked, client.scope());
      const snapshot = await resume.snapshot(client, filter, asked.cursor);
      if (!snapshot) return;
      const subscription = enter(client, asked);
      // Another token came while it waited.
      if (subscription.group.filter.key !== filter.key) return beginAnew(subscription, id);
      Object.assign(subscription, { revision: snapshot.revision, parts: snapshot.tails, head: headOf(id) });
      write(subscription);
    },
    unsubscribe,
    rescope: (client) => {
      const known = all.get(client);
      // A new token for the old scope changes nothing.
      if (!known || createFilter(known.group.asked, client.scope()).key === known.group.filter.key) return;
      // From now on nothing comes by the old token. By the new one all comes anew, when it is the client's turn.
      leave(client);
      void resume.again(client, () => beginAnew(enter(client, known.group.asked)));
    },
    onRoom: (client) => {
      const subscription = all.get(client);
      if (!subscription) return;
      if (subscription.at < subscription.parts.length) write(subscription);
      if (subscription.at >= subscription.parts.length && subscription.revision < board.marked()) catchUp(subscription);
    },
    has: (client) => all.has(client),
    changed: ticking.changed,
    [Symbol.dispose]: () => {
      ticking.stop();
      clearInterval(beating);
    },
  };
}
