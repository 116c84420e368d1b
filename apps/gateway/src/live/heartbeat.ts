import type { BoardState } from '../board/board-state.ts';
import { emptyDelta } from './delta.ts';
import { unsentBacklog } from './subscriber.ts';
import type { SubscriberGroup } from './subscriber.ts';
import type { SubscriberFeed } from './subscriber-feed.ts';

/** A group without changes gets a new cursor this often, in ms: from an old one, clients cannot resume. */
const cursorEveryMs = 60_000;

export interface HeartbeatOptions {
  readonly state: Pick<BoardState, 'board' | 'progress'>;
  readonly groups: Iterable<SubscriberGroup>;
  readonly feed: Pick<SubscriberFeed, 'deltaBacklog'>;
}

/** Sends the age of the board to all subscribers that are up to date. */
export function sendHeartbeat({ state: { board, progress }, groups, feed }: HeartbeatOptions): void {
  const data = { as_of: progress.asOf(), now: Date.now(), lag: progress.lag() };
  const heartbeat = [Buffer.from(JSON.stringify({ event: 'Heartbeat', data }))];
  for (const group of groups) {
    const isCursorOld = performance.now() - group.cursorAt > cursorEveryMs;
    if (isCursorOld) group.cursorAt = performance.now();
    const cursorFrame = isCursorOld ? [feed.deltaBacklog(group.filter, emptyDelta).part(0)] : null;
    for (const subscriber of group.members) {
      // A client that is behind does not show what was true at `as_of`.
      const isUpToDate = unsentBacklog(subscriber) === null && subscriber.revision >= board.tickRevision();
      if (!isUpToDate || !subscriber.client.hasRoom()) continue;
      if (cursorFrame) subscriber.client.write(cursorFrame);
      subscriber.client.write(heartbeat);
    }
  }
}
