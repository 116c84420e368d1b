import type { CallBoard } from '../board/board.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { Backlog } from './backlog.ts';
import { changesByQueue, deltaOfTick, sizeOf } from './delta.ts';
import { forgetSentBacklogs, send, unsentBacklog } from './subscriber.ts';
import type { Subscriber, SubscriberGroup } from './subscriber.ts';
import type { SubscriberFeed } from './subscriber-feed.ts';

export interface TickOptions {
  readonly board: CallBoard;
  readonly groups: Iterable<SubscriberGroup>;
  readonly feed: Pick<SubscriberFeed, 'deltaBacklog' | 'catchUp'>;
  readonly metrics: Pick<GatewayMetrics, 'changes'>;
}

/** The revisions of the board at the last tick and now. */
interface TickRange {
  readonly from: number;
  readonly to: number;
}

/** Sends the changes since the last tick: one delta for each group, the same bytes for all its members. */
export function sendTick({ board, groups, feed, metrics }: TickOptions): void {
  const range: TickRange = { from: board.tickRevision(), to: board.revision() };
  if (range.from === range.to) return;
  const changesOf = changesByQueue(board.changedSince(range.from));
  for (const group of groups) {
    const delta = deltaOfTick(changesOf(group.filter), group.filter);
    const backlog = sizeOf(delta) === 0 ? null : feed.deltaBacklog(group.filter, delta);
    const frame = backlog?.parts === 1 ? [backlog.part(0)] : null;
    if (backlog) group.cursorAt = performance.now();
    let receivers = 0;
    for (const subscriber of group.members) {
      if (unsentBacklog(subscriber) !== null || !subscriber.client.hasRoom()) continue;
      if (subscriber.revision === range.from && !subscriber.mayShowLater) {
        sendDelta(subscriber, { range, backlog, frame });
        receivers++;
      } else if (subscriber.revision !== range.to) feed.catchUp(subscriber);
      // Else its snapshot was made since the last tick, and has these changes.
    }
    metrics.changes.inc(sizeOf(delta) * receivers);
  }
  board.endTick();
}

interface GroupDelta {
  readonly range: TickRange;
  /** null: nothing changes for the group. */
  readonly backlog: Backlog | null;
  /** The only part of the backlog, if it has just one. */
  readonly frame: readonly Buffer[] | null;
}

function sendDelta(subscriber: Subscriber, { range, backlog, frame }: GroupDelta): void {
  if (subscriber.sentBacklogs.length > 0) forgetSentBacklogs(subscriber);
  subscriber.revision = range.to;
  if (frame) subscriber.client.write(frame);
  else if (backlog) send(subscriber, backlog, null);
}
